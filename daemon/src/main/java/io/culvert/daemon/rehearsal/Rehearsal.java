package io.culvert.daemon.rehearsal;

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
 * Carries traffic before the first packet comes, so that the first packet finds the JVM's compilers done, and C2's code with all
 * branches in it that traffic takes: two devices like the one that is to serve, in networks that nobody else can see, send each other
 * what they can until the compilers have little left to do.
 */
public final class Rehearsal {
    /** How long the one that is to serve may have to wait, however busy the machine is. */
    static final int LONGEST_MILLIS = 3000;

    /**
     * How much of that the cipher's kernels may have for themselves. Traffic beside them keeps C2 from them for longer, and they are what it
     * is to rehearse with.
     */
    private static final int KERNELS_MILLIS = 2000;

    private static final Logger LOG = System.getLogger(Rehearsal.class.getName());
    /** Two workers know all that any number do, such as stealing, and the more there are the less each sees. */
    private static final int MOST_WORKERS = 2;

    private static final long STEP_MILLIS = 200;
    /** Compilers at work for less than a quarter of a step's time have what matters behind them ... */
    private static final double QUIET = 0.25;
    /** ... if that is so twice in a row. */
    private static final int QUIET_STEPS = 2;

    /** Completed by the rehearsal when it has done enough, or by the one that waits when it waits no longer. */
    private final CompletableFuture<?> end = new CompletableFuture<>();

    private final Aeads aeads;

    private Rehearsal(Aeads aeads) {
        this.aeads = aeads;
    }

    /**
     * Rehearses, and waits for what matters: for as long as it takes, but no longer than three seconds. The last of the rehearsal's
     * threads may end a little later.
     *
     * @param aeads makes the AEADs of the device to come, and of the devices here
     * @param workers how many the device to come has
     * @param backend how it does I/O
     * @param offloads which it does without
     * @param over ends it early when complete, however it is completed
     */
    public static void run(
            Aeads aeads,
            int workers,
            LinuxPlatform.Backend backend,
            Map<Offload, Boolean> offloads,
            CompletableFuture<?> over) {
        Rehearsal rehearsal = new Rehearsal(aeads);
        Thread.ofPlatform()
                .name("rehearsal")
                .daemon()
                .start(() -> rehearsal.play(Math.min(workers, MOST_WORKERS), backend, offloads));
        await(CompletableFuture.anyOf(rehearsal.end, over), LONGEST_MILLIS);
        rehearsal.end.complete(null);
    }

    private void play(int workers, LinuxPlatform.Backend backend, Map<Offload, Boolean> offloads) {
        long start = System.nanoTime();
        try (DevicePair pair = new DevicePair(aeads, workers, backend, offloads)) {
            await(CompletableFuture.anyOf(aeads.warmedUp(), end), KERNELS_MILLIS);
            try (Traffic traffic = new Traffic(pair)) {
                awaitCompilers();
                LOG.log(
                        Level.INFO,
                        "rehearsed for {0} ms, {1} kB there and {2} kB back",
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                        traffic.kilobytes(false),
                        traffic.kilobytes(true));
            }
        } catch (IOException e) {
            LOG.log(Level.INFO, "no rehearsal, the first seconds will be slow: {0}", e.getMessage());
        }
        end.complete(null);
    }

    private void awaitCompilers() {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        long before = compilers.getTotalCompilationTime();
        for (int quiet = 0; quiet < QUIET_STEPS && await(end, STEP_MILLIS); ) {
            long now = compilers.getTotalCompilationTime();
            quiet = now - before < QUIET * STEP_MILLIS ? quiet + 1 : 0;
            before = now;
        }
        end.complete(null);
    }

    /** Waits until the future is complete or the time is over; whether it is the latter. */
    private static boolean await(CompletableFuture<?> future, long millis) {
        try {
            future.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            // Complete all the same.
        }
        return false;
    }
}
