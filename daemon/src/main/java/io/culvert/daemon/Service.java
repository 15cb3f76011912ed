// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.crypto.Aeads;
import io.culvert.daemon.metrics.MetricsEndpoint;
import io.culvert.daemon.metrics.ProcessReport;
import io.culvert.daemon.sandbox.Sandbox;
import io.culvert.daemon.uapi.UapiSocket;
import io.culvert.daemon.unix.ServiceManager;
import io.culvert.daemon.warmup.Warmup;
import io.culvert.engine.linux.SocketPlatform;
import io.culvert.engine.linux.SuspendWatch;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A process that carries any number of interfaces, which launchers hand over to it. The end of one, also by an internal
 * error, leaves the others as they are; the process ends on a signal.
 */
final class Service {
    private static final Logger LOG = System.getLogger(Service.class.getName());
    private static final Path DIRECTORY = Path.of("/run/culvert");
    private static final Path SOCKETS = Path.of("/run/wireguard");

    private final Map<String, String> environment;
    private final Settings settings;
    private final DeviceSettings defaults;
    private final Shared shared;
    private final ProcessReport report;
    private final ServiceManager manager;
    private final ProcessLife life = new ProcessLife();
    /** By name, guarded by this; those that are starting have {@code null}. */
    private final Map<String, ServedInterface> interfaces = new TreeMap<>();

    Service(Map<String, String> environment, Aeads aeads, ServiceManager manager) throws StartException {
        this.environment = environment;
        this.manager = manager;
        settings = Settings.of(environment);
        defaults = DeviceSettings.of("", environment);
        shared = Shared.of(aeads);
        report = new ProcessReport(aeads, shared.memory());
    }

    /**
     * Runs until the process is to stop.
     *
     * @return the exit status
     */
    int run() throws StartException {
        return life.run(this::carry, defaults.watchdogSeconds() > 0);
    }

    private void carry() throws IOException {
        Sandbox.protectMemory(settings.sandbox());
        shared.aeads().onChange(name -> LOG.log(Level.INFO, "AEAD implementation: {0}", name));
        Path directory = Path.of(new Environment(environment).get("CULVERT_SERVICE", DIRECTORY.toString()));
        UapiSocket.makeDirectory(SOCKETS);
        try (HandOverQueue queue = HandOverQueue.create(directory);
                MetricsEndpoint _ =
                        settings.metrics() == null ? null : MetricsEndpoint.open(settings.metrics(), report)) {
            shared.aeads().warmUp();
            Warmup warmup = Warmup.prepare(settings.warmUp(), shared.aeads(), defaults.workers(), SocketPlatform::new);
            report.warmup(warmup::status);
            System.gc();
            shared.memory().measure();
            serve(queue, warmup);
        } finally {
            closeAll();
        }
    }

    private void serve(HandOverQueue queue, Warmup warmup) throws IOException {
        try (warmup;
                SuspendWatch _ = SuspendWatch.start(this::forgetSessions)) {
            warmup.awaitPrivileged();
            Sandbox.enter(settings.sandbox());
            queue.serve(request -> begin(queue, request));
            life.started();
            manager.ready(status());
            manager.watch(() -> report.health().good());
            // Each new interface needs rings.
            warmup.start(this::packets, () -> {});
            String reason = life.await().reason();
            manager.stopping(reason);
            LOG.log(Level.INFO, "shutting down: {0}", reason);
        }
    }

    /** The data messages that all interfaces sent and received. */
    private synchronized long packets() {
        return interfaces.values().stream()
                .filter(Objects::nonNull)
                .mapToLong(ServedInterface::packets)
                .sum();
    }

    private synchronized String status() {
        return interfaces.isEmpty() ? "no interfaces" : "interfaces: " + String.join(", ", interfaces.keySet());
    }

    private void forgetSessions(String reason) {
        synchronized (this) {
            interfaces.values().forEach(one -> {
                if (one != null) {
                    one.forgetSessions(reason);
                }
            });
        }
    }

    /** Takes a request, whose interface starts on a thread of its own. */
    private void begin(HandOverQueue queue, HandOverRequest request) {
        try {
            HandOverQueue.Reply reply = queue.reply(request);
            reply.send("accepted");
            Thread.ofPlatform().daemon().name(request.name() + "-start").start(() -> {
                try (reply) {
                    answer(request, reply);
                } catch (IOException e) {
                    LOG.log(Level.WARNING, "{0}: the launcher did not wait for the answer", request.name());
                }
            });
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "{0}: the launcher has gone: {1}", request.name(), e.getMessage());
        }
    }

    private void answer(HandOverRequest request, HandOverQueue.Reply reply) throws IOException {
        if (Serving.COMMANDS.contains(request.name())) {
            reply.send("decline " + request.name() + " is a command");
            return;
        }
        ServedInterface served;
        try {
            served = start(request);
        } catch (StartException | IOException e) {
            reply.send("error " + e.getMessage());
            return;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "internal error in the start of " + request.name(), e);
            reply.send("error " + e);
            return;
        }
        try {
            reply.send("ok");
        } catch (IOException e) {
            end(served, End.orderly("the launcher was interrupted"));
            throw e;
        }
    }

    private ServedInterface start(HandOverRequest request) throws StartException, IOException {
        String name = request.name();
        Optional<String> command = MisspeltCommand.meant(name, Serving.COMMANDS);
        if (command.isPresent()) {
            throw new StartException(MisspeltCommand.error(name, command.get()), null);
        }
        DeviceSettings device = request.settings(environment);
        synchronized (this) {
            if (life.ending().isDone()) {
                throw new IOException("the service ends");
            }
            if (interfaces.containsKey(name)) {
                throw new IOException("interface " + name + " exists, and this service carries it");
            }
            interfaces.put(name, null);
        }
        CompletableFuture<End> end = new CompletableFuture<>();
        InterfaceThread thread = new InterfaceThread(name, end::complete);
        boolean started = false;
        try {
            if (request.namespaceFile().isPresent()) {
                thread.enter(request.namespaceFile().get());
            }
            ServedInterface served = thread.call(() -> serve(device, thread));
            started = true;
            served.onEnd(end::complete);
            end.thenAccept(reason -> end(served, reason));
            return served;
        } finally {
            if (!started) {
                thread.close();
                synchronized (this) {
                    interfaces.remove(name);
                }
            }
        }
    }

    private ServedInterface serve(DeviceSettings device, InterfaceThread thread) throws IOException {
        ServedInterface served = ServedInterface.start(device, shared, thread);
        try {
            served.open();
            served.serve(report);
        } catch (IOException | RuntimeException | Error e) {
            served.close();
            throw e;
        }
        served.report(Main.VERSION, settings.metricsPeers(), report);
        synchronized (this) {
            interfaces.put(device.name(), served);
        }
        manager.status(status());
        LOG.log(Level.INFO, "{0} is carried", device.name());
        return served;
    }

    /** Closes an interface, on a thread of its own: the caller may be one of the device's. */
    private void end(ServedInterface served, End reason) {
        String name = served.name();
        synchronized (this) {
            if (!interfaces.remove(name, served)) {
                return;
            }
        }
        served.endReport(report);
        LOG.log(reason.failed() ? Level.ERROR : Level.INFO, "{0} ends: {1}", name, reason.reason());
        manager.status(status());
        Thread.ofPlatform().daemon().name(name + "-end").start(() -> close(name, served));
    }

    private static void close(String name, ServedInterface served) {
        try {
            served.close();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "internal error at the end of " + name, e);
        }
    }

    private void closeAll() {
        Map<String, ServedInterface> all;
        synchronized (this) {
            all = new TreeMap<>(interfaces);
            interfaces.clear();
        }
        all.forEach((name, served) -> {
            if (served != null) {
                close(name, served);
            }
        });
    }
}
