// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.flight.FlightRecording;
import io.culvert.daemon.metrics.DeviceMetrics;
import io.culvert.daemon.metrics.MetricsFormat;
import io.culvert.daemon.metrics.PlatformStatus;
import io.culvert.daemon.metrics.ProcessReport;
import io.culvert.daemon.uapi.UapiServer;
import io.culvert.daemon.uapi.UapiSocket;
import io.culvert.daemon.uapi.UapiTarget;
import io.culvert.daemon.warmup.PlatformSource;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.io.Counters;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.OffloadState;
import io.culvert.engine.linux.SocketPlatform;
import io.culvert.engine.pipeline.Traffic;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The life of one interface: its TUN, its device, its UAPI socket and their threads. It is to be closed when the
 * interface or the socket's file was removed, or the device has failed; a process carries any number of them.
 *
 * <p>{@link #start} and {@link #open} are called by one thread, before the others. Any thread may close it.
 */
final class ServedInterface implements AutoCloseable {
    private static final Path SOCKETS = Path.of("/var/run/wireguard");
    private static final Logger LOG = System.getLogger(ServedInterface.class.getName());

    private final DeviceSettings settings;
    private final Shared shared;
    private final LinuxPlatform platform;
    private final Device device;
    private final FlightRecording recording;
    /** Makes changes of the configuration; {@code null} if whoever asks for them does. */
    private final InterfaceThread thread;

    private final CompletableFuture<End> end = new CompletableFuture<>();
    /** Written by {@link #open}, before other threads learn of this object. */
    private UapiSocket socket;
    /** Written by {@link #report}, likewise. */
    private DeviceMetrics metrics;

    private ServedInterface(
            DeviceSettings settings, Shared shared, LinuxPlatform platform, Device device, InterfaceThread thread) {
        this.settings = settings;
        this.shared = shared;
        this.thread = thread;
        this.platform = platform;
        this.device = device;
        recording = FlightRecording.of(platform.tun().name(), device);
    }

    /**
     * Makes the interface and starts its device. It cannot be configured yet.
     *
     * @param thread the calling thread, to make changes of the configuration on; {@code null} if any thread may
     * @throws IOException if the interface cannot be made; then nothing is left
     */
    static ServedInterface start(DeviceSettings settings, Shared shared, InterfaceThread thread) throws IOException {
        LinuxPlatform platform = new LinuxPlatform(settings.platformOptions());
        boolean started = false;
        try {
            Device device = Device.start(
                    platform, DeviceOptions.defaults(shared.aeads(), shared.memory(), settings.watchdogSeconds()));
            started = true;
            ServedInterface served = new ServedInterface(settings, shared, platform, device, thread);
            device.onClosed(served::deviceEnded);
            served.logConfiguration();
            return served;
        } finally {
            if (!started) {
                platform.tun().close();
            }
        }
    }

    /**
     * Makes the UAPI socket, or takes over the inherited one. Requests wait until {@link #serve}.
     *
     * @throws IOException if there can be none
     */
    void open() throws IOException {
        String name = platform.tun().name();
        socket = settings.inheritedSocket() ? UapiSocket.inherit(SOCKETS, name) : UapiSocket.create(SOCKETS, name);
    }

    /** Answers requests from now on, those for the status from {@code report}. */
    void serve(ProcessReport report) {
        new UapiServer(socket, target(report)).start();
        Thread.ofPlatform().daemon().name("uapi-watch").start(this::watch);
    }

    /** Has {@code action} run once, on another thread, when the interface is to be closed; at once if it is already. */
    void onEnd(Consumer<End> action) {
        end.thenAccept(action);
    }

    String name() {
        return platform.tun().name();
    }

    /** Opens platforms of the warm-up's devices, with the system calls and offloads of this one. */
    PlatformSource warmupPlatforms() {
        return (name, workers) -> new SocketPlatform(name, workers, platform);
    }

    /** The data messages that were sent and received. */
    long packets() {
        long sum = 0;
        for (int i = 0; i < device.workers().count(); i++) {
            Counters<Traffic> traffic = device.workers().get(i).traffic();
            sum += traffic.get(Traffic.SENT_PACKETS) + traffic.get(Traffic.RECEIVED_PACKETS);
        }
        return sum;
    }

    /** Has a process report this interface; once. */
    void report(String version, int maxPeers, ProcessReport report) {
        metrics = new DeviceMetrics(version, name(), device, status(), maxPeers);
        report.add(metrics);
    }

    /** Has it report this interface no longer. */
    void endReport(ProcessReport report) {
        report.remove(metrics);
    }

    void forgetSessions(String reason) {
        LOG.log(Level.INFO, "{0}: session keys are forgotten", reason);
        device.forgetSessions();
    }

    private void deviceEnded() {
        end.complete(device.failure()
                .map(cause -> End.failure("the device has failed: " + cause))
                .orElseGet(() -> End.orderly("the interface was removed")));
    }

    private PlatformStatus status() {
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

    private UapiTarget target(ProcessReport report) {
        return new UapiTarget() {
            @Override
            public DeviceSnapshot snapshot() {
                shared.growth().check();
                return device.snapshot();
            }

            @Override
            public String status() {
                return MetricsFormat.text(report.metrics(name()));
            }

            @Override
            public MemoryBudget memory() {
                return device.memory();
            }

            @Override
            public void apply(DeviceUpdate update) throws IOException {
                if (thread == null) {
                    device.apply(update);
                } else {
                    thread.call(() -> {
                        device.apply(update);
                        return null;
                    });
                }
                shared.growth().check();
            }
        };
    }

    private void watch() {
        try {
            socket.awaitRemoval();
            end.complete(End.orderly("the UAPI socket was removed"));
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "cannot watch the UAPI socket, its removal will not end the interface: {0}",
                    e.getMessage());
        }
    }

    private void logConfiguration() {
        LOG.log(
                Level.INFO,
                "interface {0}: {1} workers, AEAD implementation: {2}",
                name(),
                settings.workers(),
                shared.aeads().implementation());
        platform.ioUringUnavailableReason()
                .ifPresentOrElse(
                        reason -> LOG.log(
                                settings.backend() == Backend.AUTO ? Level.WARNING : Level.INFO,
                                "io_uring: off ({0}), using plain system calls",
                                reason),
                        () -> LOG.log(Level.INFO, "io_uring: on"));
        platform.offloads().forEach(state -> LOG.log(Level.INFO, "{0}", state));
    }

    /** Removes the socket and the interface, and ends their threads, but not those that are stuck. */
    @Override
    public void close() {
        try {
            if (socket != null) {
                socket.close();
            }
        } finally {
            recording.close();
            device.close();
            if (thread != null) {
                thread.close();
            }
        }
    }
}
