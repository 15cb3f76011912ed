// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.unix;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Tells the service manager the state of the process, as sd_notify(3) does: by datagrams to the socket that
 * NOTIFY_SOCKET names. Without the variable nothing happens. Any thread.
 */
public final class ServiceManager {
    private static final Logger LOG = System.getLogger(ServiceManager.class.getName());

    /** Empty without a service manager. */
    private final String socket;
    /** Whether another process says when the service serves: the launcher, for "culvert up --foreground". */
    private final boolean supervised;
    /** Microseconds between two signs of life at most; 0 if none are wanted. */
    private final long watchdogMicros;

    /** The service manager that the environment of a process names. */
    public ServiceManager(Map<String, String> environment, long pid) {
        socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        supervised = !environment.getOrDefault("CULVERT_SUPERVISED", "").isEmpty();
        String watched = environment.getOrDefault("WATCHDOG_PID", "");
        boolean wanted = !socket.isEmpty() && (watched.isEmpty() || watched.equals(Long.toString(pid)));
        watchdogMicros = wanted ? number(environment.getOrDefault("WATCHDOG_USEC", "")) : 0;
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,15}") ? Long.parseLong(text) : 0;
    }

    /** The service serves. */
    public void ready(String status) {
        send((supervised ? "" : "READY=1\n") + "STATUS=" + status);
    }

    /** What the service does, in a line. */
    public void status(String status) {
        send("STATUS=" + status);
    }

    /** The service begins to read its configuration again; {@link #ready} ends that. */
    public void reloading(long monotonicNanos) {
        send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(monotonicNanos));
    }

    /** The service begins to end. */
    public void stopping(String status) {
        send("STOPPING=1\nSTATUS=" + status);
    }

    /**
     * If the service manager wants signs of life (WatchdogSec), sends them from now on, twice as often as it asks for,
     * while the process is alive.
     */
    public void watch(BooleanSupplier alive) {
        if (watchdogMicros > 0) {
            Thread.ofPlatform().daemon().name("service-watchdog").start(() -> {
                try {
                    while (true) {
                        if (alive.getAsBoolean()) {
                            send("WATCHDOG=1");
                        }
                        TimeUnit.MICROSECONDS.sleep(watchdogMicros / 2);
                    }
                } catch (InterruptedException e) {
                    LOG.log(Level.DEBUG, "no more signs of life");
                }
            });
        }
    }

    private void send(String state) {
        if (socket.isEmpty()) {
            return;
        }
        try {
            byte[] bytes = state.getBytes(StandardCharsets.UTF_8);
            UnixDatagram.send(socket, bytes, bytes.length);
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "the service manager at NOTIFY_SOCKET={0} hears nothing: {1}",
                    socket,
                    e.getMessage());
        }
    }
}
