package io.culvert.daemon;

import io.culvert.crypto.Aeads;
import io.culvert.daemon.metrics.DeviceMetrics;
import io.culvert.daemon.metrics.MetricsServer;
import io.culvert.daemon.rehearsal.Rehearsal;
import io.culvert.daemon.uapi.UapiServer;
import io.culvert.daemon.uapi.UapiSocket;
import io.culvert.daemon.uapi.UapiTarget;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.LinuxPlatform.FastPath;
import io.culvert.engine.linux.tun.TunDevice;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The life of the process: interface and socket are made, the device runs between them, and all is taken back on SIGINT,
 * SIGTERM, the interface's removal or the socket file's.
 *
 * <p>{@link #run} belongs to the main thread; the others only complete {@link #end}, which says why it is over.
 */
final class Daemon {
    private static final Path SOCKETS = Path.of("/var/run/wireguard");
    private static final long STOP_SECONDS = 10;
    private static final Logger LOG = System.getLogger(Daemon.class.getName());

    private final Settings settings;
    private final Aeads aeads;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final CountDownLatch finished = new CountDownLatch(1);

    Daemon(Settings settings, Aeads aeads) {
        this.settings = settings;
        this.aeads = aeads;
    }

    /**
     * Serves until it is over.
     *
     * @throws StartException when it cannot begin; nothing is left behind then
     */
    void run() throws StartException {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
        try {
            serve();
        } catch (IOException e) {
            throw new StartException(e.getMessage(), e);
        } finally {
            end.complete("could not start");
            finished.countDown();
        }
    }

    /** What a signal runs: has {@link #run} end, and the process with the status that says all is well. */
    private void stop() {
        if (!end.complete("told to end")) {
            return;
        }
        try {
            finished.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "hurried out");
        }
        Runtime.getRuntime().halt(0);
    }

    private void serve() throws IOException, StartException {
        LinuxPlatform platform = new LinuxPlatform(settings.platformOptions());
        aeads.onChange(name -> LOG.log(Level.INFO, "AEAD: {0}", name));
        try (Device device = start(platform);
                MetricsServer metrics = metrics(device, platform)) {
            device.onClosed(() -> end.complete("the interface is gone"));
            tell(platform);
            if (metrics != null) {
                LOG.log(Level.INFO, "metrics: http:/{0}{1}", metrics.address(), MetricsServer.PATH);
            }
            aeads.warmUp();
            rehearse(platform);
            // What the start left behind is collected now, not in the middle of traffic.
            System.gc();
            serve(device, platform);
        } finally {
            platform.tun().close();
        }
    }

    /** Before anyone can configure the device, and with that expect it to be fast. */
    private void rehearse(LinuxPlatform platform) {
        if (settings.rehearsal()) {
            Rehearsal.run(aeads, settings.workers(), platform.backend(), settings.offloads(), end);
        }
    }

    private void serve(Device device, LinuxPlatform platform) throws IOException {
        try (UapiSocket socket = socket(platform)) {
            new UapiServer(socket, target(device)).start();
            Thread.ofPlatform().daemon().name("uapi-watch").start(() -> watch(socket));
            announce();
            LOG.log(Level.INFO, "ending: {0}", end.join());
        }
    }

    private UapiSocket socket(LinuxPlatform platform) throws IOException {
        String name = platform.tun().name();
        return settings.inheritedSocket() ? UapiSocket.inherit(SOCKETS, name) : UapiSocket.create(SOCKETS, name);
    }

    private Device start(LinuxPlatform platform) {
        return Device.start(platform, DeviceOptions.defaults(aeads));
    }

    /** Serves metrics where that is asked for. */
    private MetricsServer metrics(Device device, LinuxPlatform platform) throws StartException {
        if (settings.metrics() == null) {
            return null;
        }
        TunDevice tun = platform.tun();
        DeviceMetrics metrics =
                new DeviceMetrics(Main.VERSION, tun.name(), device, aeads, platform::fastPaths, tun::drops);
        try {
            return new MetricsServer(settings.metrics(), metrics);
        } catch (IOException e) {
            String address = settings.metrics().toString().substring(1);
            throw new StartException("CULVERT_METRICS: cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    private static UapiTarget target(Device device) {
        return new UapiTarget() {
            @Override
            public DeviceSnapshot snapshot() {
                return device.snapshot();
            }

            @Override
            public void apply(DeviceUpdate update) throws IOException {
                device.apply(update);
            }
        };
    }

    private void watch(UapiSocket socket) {
        try {
            socket.awaitRemoval();
            end.complete("the socket was removed");
        } catch (IOException e) {
            LOG.log(Level.WARNING, "removal of the socket will not be noticed: {0}", e.getMessage());
        }
    }

    /** Says what serves. */
    private void tell(LinuxPlatform platform) {
        LOG.log(Level.INFO, "{0}: {1} workers, AEAD: {2}", settings.name(), settings.workers(), aeads.implementation());
        for (FastPath path : platform.fastPaths()) {
            LOG.log(Level.INFO, "{0}", path);
            if (path.name().equals("io_uring") && path.whyNot() != null) {
                Level level = settings.backend() == Backend.AUTO ? Level.WARNING : Level.INFO;
                LOG.log(level, "plain system calls serve, as io_uring is off: {0}", path.whyNot());
            }
        }
    }

    /** Tells the launcher, which waits, that the interface and the socket are there. */
    private void announce() throws IOException {
        if (settings.background()) {
            System.out.println("ready");
            System.out.flush();
            StandardStreams.detach(settings.keepError());
        }
    }
}
