// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server beside the agents, on the loopback interface. */
final class BenchProcess implements AutoCloseable {
    private static final Logger LOG = System.getLogger(BenchProcess.class.getName());
    /** Each process begins elsewhere, so that those that run at once seldom ask for the same port. */
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger(20_000 + (int) (ProcessHandle.current().pid() % 10_000));

    private static final long STOP_SECONDS = 10;

    private final Process process;

    private BenchProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts one, and returns when it serves.
     *
     * @param name for an error
     * @param log gets its output
     * @param ready what its output says when it serves
     * @throws IOException if it ends before that, or does not serve within the limit
     */
    static BenchProcess start(String name, Path log, String ready, Duration limit, List<String> command)
            throws IOException, InterruptedException {
        BenchProcess started = new BenchProcess(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
        try {
            long end = System.nanoTime() + limit.toNanos();
            while (!Files.readString(log).contains(ready)) {
                if (!started.process.isAlive() || System.nanoTime() > end) {
                    List<String> lines = Files.readAllLines(log);
                    throw new IOException(name + " does not start: " + (lines.isEmpty() ? "" : lines.getLast()));
                }
                Thread.sleep(Duration.ofMillis(20));
            }
            return started;
        } catch (IOException | InterruptedException e) {
            started.close();
            throw e;
        }
    }

    /** A free port of the loopback interface, below those that the kernel gives to outgoing connections. */
    static int freePort() throws IOException {
        while (true) {
            int port = NEXT_PORT.getAndIncrement();
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (BindException e) {
                LOG.log(Level.DEBUG, "port {0} is taken", String.valueOf(port));
            }
        }
    }

    /** CPU time that it has taken so far, in seconds. */
    double cpuSeconds() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    /** Asks it to end, and does not wait. */
    void destroy() {
        process.destroy();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
