// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.crypto.Aeads;
import io.culvert.daemon.command.StandardStreams;
import io.culvert.daemon.metrics.DeviceMetrics;
import io.culvert.daemon.metrics.MetricsServer;
import io.culvert.daemon.metrics.PlatformStatus;
import io.culvert.daemon.sandbox.Sandbox;
import io.culvert.daemon.uapi.UapiServer;
import io.culvert.daemon.uapi.UapiSocket;
import io.culvert.daemon.uapi.UapiTarget;
import io.culvert.daemon.warmup.SelfTrafficWarmup;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.OffloadState;
import io.culvert.engine.linux.SuspendWatch;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The life cycle of the process: it creates the interface and the UAPI socket and runs the device until SIGINT,
 * SIGTERM, or the removal of the interface or of the socket file; then it removes both.
 *
 * <p>{@link #run} is called by the main thread. Other threads only complete {@link #end} with the reason to stop.
 */
final class Daemon {
    private static final Path SOCKETS = Path.of("/var/run/wireguard");
    private static final long SHUTDOWN_SECONDS = 10;
    private static final Logger LOG = System.getLogger(Daemon.class.getName());

    private final Settings settings;
    private final Aeads aeads;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final CountDownLatch finished = new CountDownLatch(1);

    Daemon(Settings settings, Aeads aeads) {
        this.aeads = aeads;
        this.settings = settings;
    }

    /**
     * Runs the daemon until it is to stop.
     *
     * @throws StartException if it cannot start; interface and socket are removed then
     */
    void run() throws StartException {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
        try {
            serve();
        } catch (IOException e) {
            throw new StartException(e.getMessage(), e);
        } finally {
            end.complete("start-up failed");
            finished.countDown();
        }
    }

    /** The shutdown hook, run on a signal: waits until {@link #run} has ended, and exits with status 0. */
    private void stop() {
        if (!end.complete("received SIGINT or SIGTERM")) {
            return;
        }
        try {
            finished.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "interrupted during shutdown");
        }
        Runtime.getRuntime().halt(0);
    }

    private void serve() throws IOException, StartException {
        Sandbox.protectMemory(settings.sandbox());
        LinuxPlatform platform = new LinuxPlatform(settings.platformOptions());
        aeads.onChange(name -> LOG.log(Level.INFO, "AEAD implementation: {0}", name));
        try (Device device = start(platform);
                MetricsServer metrics = metrics(device, platform)) {
            device.onClosed(() -> end.complete("the interface was removed"));
            logConfiguration(platform);
            if (metrics != null) {
                LOG.log(Level.INFO, "serving metrics at http:/{0}{1}", metrics.address(), MetricsServer.PATH);
            }
            aeads.warmUp();
            warmUp(platform);
            // Collect the garbage of the start-up now rather than under traffic.
            System.gc();
            device.memory().measure();
            serve(device, platform);
        } finally {
            platform.tun().close();
        }
    }

    /** Runs before the UAPI socket exists, so that the device is not configured before it is fast. */
    private void warmUp(LinuxPlatform platform) {
        if (settings.warmUp()) {
            SelfTrafficWarmup.run(aeads, settings.workers(), platform.backend(), settings.offloads(), end);
        }
    }

    private void serve(Device device, LinuxPlatform platform) throws IOException {
        try (UapiSocket socket = socket(platform)) {
            try (SuspendWatch _ = SuspendWatch.start(reason -> forgetSessions(device, reason))) {
                Sandbox.enter(settings.sandbox());
                new UapiServer(socket, target(device)).start();
                Thread.ofPlatform().daemon().name("uapi-watch").start(() -> watch(socket));
                reportReady();
                LOG.log(Level.INFO, "shutting down: {0}", end.join());
            }
        }
    }

    private static void forgetSessions(Device device, String reason) {
        LOG.log(Level.INFO, "{0}: session keys are forgotten", reason);
        device.forgetSessions();
    }

    private UapiSocket socket(LinuxPlatform platform) throws IOException {
        String name = platform.tun().name();
        return settings.inheritedSocket() ? UapiSocket.inherit(SOCKETS, name) : UapiSocket.create(SOCKETS, name);
    }

    private Device start(LinuxPlatform platform) {
        return Device.start(platform, DeviceOptions.defaults(aeads));
    }

    /** Starts the metrics server, or returns {@code null} if CULVERT_METRICS is not set. */
    private MetricsServer metrics(Device device, LinuxPlatform platform) throws StartException {
        if (settings.metrics() == null) {
            return null;
        }
        DeviceMetrics metrics = new DeviceMetrics(Main.VERSION, platform.tun().name(), device, aeads, status(platform));
        try {
            return new MetricsServer(settings.metrics(), metrics, device::status);
        } catch (IOException e) {
            String address = settings.metrics().toString().substring(1);
            throw StartException.invalid(Settings.METRICS, address, "cannot listen: " + e.getMessage(), e);
        }
    }

    private static PlatformStatus status(LinuxPlatform platform) {
        return new PlatformStatus() {
            @Override
            public Optional<String> ioUringUnavailableReason() {
                return platform.ioUringUnavailableReason();
            }

            @Override
            public List<OffloadState> offloads() {
                return platform.offloads();
            }

            @Override
            public long tunDrops() throws IOException {
                return platform.tun().drops();
            }
        };
    }

    private static UapiTarget target(Device device) {
        HeapGrowth growth = new HeapGrowth();
        return new UapiTarget() {
            @Override
            public DeviceSnapshot snapshot() {
                growth.check();
                return device.snapshot();
            }

            @Override
            public MemoryBudget memory() {
                return device.memory();
            }

            @Override
            public void apply(DeviceUpdate update) throws IOException {
                device.apply(update);
                growth.check();
            }
        };
    }

    private void watch(UapiSocket socket) {
        try {
            socket.awaitRemoval();
            end.complete("the UAPI socket was removed");
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "cannot watch the UAPI socket, its removal will not stop the daemon: {0}",
                    e.getMessage());
        }
    }

    private void logConfiguration(LinuxPlatform platform) {
        LOG.log(
                Level.INFO,
                "interface {0}: {1} workers, AEAD implementation: {2}",
                platform.tun().name(),
                settings.workers(),
                aeads.implementation());
        platform.ioUringUnavailableReason()
                .ifPresentOrElse(
                        reason -> LOG.log(
                                settings.backend() == Backend.AUTO ? Level.WARNING : Level.INFO,
                                "io_uring: off ({0}), using plain system calls",
                                reason),
                        () -> LOG.log(Level.INFO, "io_uring: on"));
        platform.offloads().forEach(state -> LOG.log(Level.INFO, "{0}", state));
    }

    /** Tells the launcher, which waits for this, that the interface and the UAPI socket exist. */
    private void reportReady() throws IOException {
        if (settings.background()) {
            System.out.println("ready");
            System.out.flush();
            StandardStreams.detach(settings.keepError());
        }
    }
}
