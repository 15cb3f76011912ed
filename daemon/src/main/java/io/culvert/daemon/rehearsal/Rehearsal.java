package io.culvert.daemon.rehearsal;

import io.culvert.engine.linux.LinuxPlatform;
import io.culvert.engine.linux.Offload;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Carries traffic before the first packet comes, so that the first packet finds the JVM's compilers done, and C2's code with all
 * branches in it that traffic takes: two devices like the one that is to serve, in networks that nobody else can see, send each other
 * what they can until the compilers have little left to do.
 */
public final class Rehearsal {
    private static final Logger LOG = System.getLogger(Rehearsal.class.getName());

    /** The more workers, the less each would see; two know all that any number do, such as stealing. */
    private static final int MOST_WORKERS = 2;

    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long STEP_MILLIS = 200;
    /** Compilers at work for less than a quarter of a step's time have what matters behind them ... */
    private static final double QUIET = 0.25;
    /** ... if that is so twice in a row. */
    private static final int QUIET_STEPS = 2;

    private Rehearsal() {}

    /**
     * Rehearses, for as long as it takes but no longer than three seconds.
     *
     * @param workers how many the device to come has
     * @param backend how it does I/O
     * @param offloads which it does without
     * @param over ends it early when complete, however it is completed
     * @return why there was no rehearsal, such as a want of permission; {@code null} when there was one
     */
    public static String run(
            int workers, LinuxPlatform.Backend backend, Map<Offload, Boolean> offloads, CompletableFuture<?> over) {
        long start = System.nanoTime();
        try (DevicePair pair = new DevicePair(Math.min(workers, MOST_WORKERS), backend, offloads);
                Traffic traffic = new Traffic(pair)) {
            awaitCompilers(start + LONGEST_NANOS, over);
            LOG.log(
                    Level.INFO,
                    "rehearsed for {0} ms, {1} kB there and {2} kB back",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    traffic.kilobytes(false),
                    traffic.kilobytes(true));
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private static void awaitCompilers(long deadline, CompletableFuture<?> over) {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        long before = compilers.getTotalCompilationTime();
        for (int quiet = 0; quiet < QUIET_STEPS && System.nanoTime() < deadline; ) {
            try {
                over.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                long now = compilers.getTotalCompilationTime();
                quiet = now - before < QUIET * STEP_MILLIS ? quiet + 1 : 0;
                before = now;
            } catch (Exception e) {
                return;
            }
        }
    }
}
