// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.crypto.Aeads;
import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.Offload;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Warms up the JIT compilers with traffic before the daemon serves. Two devices with the daemon's settings, in private
 * network namespaces, exchange traffic until the compilers are mostly idle. So the first packet of a user meets
 * compiled code, in which C2 has seen all branches that traffic takes.
 */
public final class SelfTrafficWarmup {
    /** How long the start of the daemon is delayed at most, however loaded the machine is. */
    static final int MAX_MILLIS = 3000;

    /**
     * How long of that the traffic waits for C2 to compile the AEAD's kernels. Traffic in parallel would delay their
     * compilation, and the warm-up is to run with them.
     */
    private static final int MAX_KERNEL_MILLIS = 2000;

    private static final Logger LOG = System.getLogger(SelfTrafficWarmup.class.getName());
    /** Two workers take all paths that more do, such as stealing; with more, each would process less. */
    private static final int MAX_WORKERS = 2;

    private static final long STEP_MILLIS = 200;
    /** The compilers count as idle in a step if they work for less than this fraction of it ... */
    private static final double IDLE_FRACTION = 0.25;
    /** ... and the warm-up ends after this many idle steps in a row. */
    private static final int IDLE_STEPS = 2;

    /** Completed when the warm-up is done or has reached its time limit. */
    private final CompletableFuture<?> end = new CompletableFuture<>();

    private final Aeads aeads;

    private SelfTrafficWarmup(Aeads aeads) {
        this.aeads = aeads;
    }

    /**
     * Runs the warm-up in a thread of its own and waits until it is done, for three seconds at most. Some of its
     * threads may end a little later.
     *
     * @param aeads creates the AEADs of the daemon's device and of the devices here
     * @param workers the number of workers of the daemon's device
     * @param backend the system calls that it uses for I/O
     * @param offloads which offloads are switched off or on
     * @param cancel stops the warm-up early when it is completed in any way
     */
    public static void run(
            Aeads aeads,
            int workers,
            LinuxPlatform.Backend backend,
            Map<Offload, Boolean> offloads,
            CompletableFuture<?> cancel) {
        SelfTrafficWarmup warmup = new SelfTrafficWarmup(aeads);
        Thread.ofPlatform()
                .name("warmup")
                .daemon()
                .start(() -> warmup.run(Math.min(workers, MAX_WORKERS), backend, offloads));
        await(CompletableFuture.anyOf(warmup.end, cancel), MAX_MILLIS);
        warmup.end.complete(null);
    }

    private void run(int workers, LinuxPlatform.Backend backend, Map<Offload, Boolean> offloads) {
        long start = System.nanoTime();
        try (DevicePair pair = new DevicePair(aeads, workers, backend, offloads)) {
            await(CompletableFuture.anyOf(aeads.warmedUp(), end), MAX_KERNEL_MILLIS);
            try (TrafficGenerator traffic = new TrafficGenerator(pair)) {
                awaitCompilers();
                LOG.log(
                        Level.INFO,
                        "self-traffic warm-up took {0} ms and carried {1} kB forward and {2} kB back",
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                        traffic.kilobytes(false),
                        traffic.kilobytes(true));
            }
        } catch (IOException e) {
            LOG.log(
                    Level.INFO,
                    "self-traffic warm-up impossible, throughput is lower in the first seconds: {0}",
                    e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "self-traffic warm-up failed, throughput is lower in the first seconds", e);
        } finally {
            end.complete(null);
        }
    }

    private void awaitCompilers() {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        long before = compilers.getTotalCompilationTime();
        for (int idle = 0; idle < IDLE_STEPS && await(end, STEP_MILLIS); ) {
            long now = compilers.getTotalCompilationTime();
            idle = now - before < IDLE_FRACTION * STEP_MILLIS ? idle + 1 : 0;
            before = now;
        }
        end.complete(null);
    }

    /** Waits until the future is completed or the time is over; returns whether the time is over. */
    private static boolean await(CompletableFuture<?> future, long millis) {
        try {
            future.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // Completed exceptionally: that counts as completed.
        }
        return false;
    }
}
