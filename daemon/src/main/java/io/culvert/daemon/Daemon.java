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
 * SIGTERM, the removal of the interface or of the socket file, or an internal error; then it removes both.
 *
 * <p>{@link #run} is called by the main thread. Other threads only complete {@link #end} with the reason to stop.
 */
final class Daemon {
    private static final Path SOCKETS = Path.of("/var/run/wireguard");
    private static final long SHUTDOWN_SECONDS = 10;
    /** Longest start on any machine, with a warm-up of three seconds in it. */
    private static final long START_SECONDS = 120;
    /** The exit status after an internal error. */
    private static final int FAILURE = 3;

    private static final Logger LOG = System.getLogger(Daemon.class.getName());

    private final Settings settings;
    private final Aeads aeads;
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);

    /** Why the daemon stops, and with which exit status. */
    private record End(String reason, int status) {
        static End orderly(String reason) {
            return new End(reason, 0);
        }

        static End failure(String reason) {
            return new End(reason, FAILURE);
        }
    }

    Daemon(Settings settings, Aeads aeads) {
        this.aeads = aeads;
        this.settings = settings;
    }

    /**
     * Runs the daemon until it is to stop.
     *
     * @return the exit status: 0 if it was told to stop, {@link #FAILURE} after an internal error
     * @throws StartException if it cannot start; interface and socket are removed then
     */
    int run() throws StartException {
        Thread.setDefaultUncaughtExceptionHandler(this::failed);
        if (settings.watchdogSeconds() > 0) {
            Thread main = Thread.currentThread();
            Thread.ofPlatform().daemon().name("start-watch").start(() -> watchStart(main));
        }
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
        try {
            serve();
            return end.join().status;
        } catch (IOException e) {
            throw new StartException(e.getMessage(), e);
        } finally {
            end.complete(End.orderly("start-up failed"));
            finished.countDown();
        }
    }

    /** Ends the process if its start is stuck: the launcher would wait for ever. */
    private void watchStart(Thread main) {
        try {
            if (!started.await(START_SECONDS, TimeUnit.SECONDS) && !end.isDone()) {
                IllegalStateException where = new IllegalStateException("no start within " + START_SECONDS + " s");
                where.setStackTrace(main.getStackTrace());
                LOG.log(Level.ERROR, "the start is stuck", where);
                Runtime.getRuntime().halt(FAILURE);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "the start is not watched any more");
        }
    }

    /** Whatever a thread of the process, other than the device's, does not handle ends the daemon. */
    private void failed(Thread thread, Throwable cause) {
        String name = thread.getName();
        end(End.failure("internal error in thread \"" + name + "\": " + cause));
        LOG.log(Level.ERROR, "internal error in thread \"" + name + "\": the daemon ends", cause);
        awaitEnd();
    }

    /** The device must be closed. Not on the main thread. */
    private void deviceEnded(Device device) {
        if (device.failure().isEmpty()) {
            end(End.orderly("the interface was removed"));
        } else {
            end(End.failure("the device has failed: " + device.failure().get()));
            awaitEnd();
        }
    }

    private void end(End reason) {
        end.complete(reason);
    }

    /** After a failure: ends the process even if the main thread waits for a thread that is stuck. */
    private void awaitEnd() {
        try {
            if (!finished.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS)) {
                Runtime.getRuntime().halt(FAILURE);
            }
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(FAILURE);
        }
    }

    /** The shutdown hook, run on a signal: waits until {@link #run} has ended, and exits with status 0. */
    private void stop() {
        if (!end.complete(End.orderly("received SIGINT or SIGTERM"))) {
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
            device.onClosed(() -> deviceEnded(device));
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
                started.countDown();
                reportReady();
                LOG.log(Level.INFO, "shutting down: {0}", end.join().reason);
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
        return Device.start(platform, DeviceOptions.defaults(aeads, settings.watchdogSeconds()));
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
            end(End.orderly("the UAPI socket was removed"));
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
