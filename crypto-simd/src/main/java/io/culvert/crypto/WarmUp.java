// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Runs the self-test until C2 has compiled the kernels, and publishes them if they are faster.
 *
 * <p>Interpreted kernels are hundreds of times slower than compiled ones, so they must not serve before. The thread
 * waits for C2 when a kernel passes a threshold (see {@link CompilerDirectives}). The trains
 * here have short packets: kernels are called often and their loops run a few iterations, so that C2 compiles the
 * method itself, not a version for on-stack replacement, which later calls would not use.
 */
final class WarmUp implements Runnable {
    /** CPU time in seconds that the warm-up thread may use for each width. */
    static final int BUDGET_SECONDS = 10;

    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final int FIRST_JCE_ROUNDS = 20;
    private static final int FORMER_ROUNDS = 300;
    /** Few enough to be processed singly, and enough for the same number of kernel calls as the other trains. */
    private static final int SINGLE_PACKETS = 4;

    /** Rounds after which every kernel has passed C2's compile thresholds. */
    private static final int THRESHOLD_ROUNDS = 80;
    /** The same with the launcher's lower thresholds. */
    private static final int LOW_THRESHOLD_ROUNDS = 15;

    private static final int ROUNDS_IN_A_ROW = 5;
    /** Pauses as multiples of a round: short until the kernels have passed the thresholds, long if they stay slow. */
    private static final double SHORT_PAUSE = 0.5;

    private static final double LONG_PAUSE = 4;
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final List<Kernels> candidates;
    private final boolean forced;
    private final Supplier<Aead> former;
    private final BiConsumer<Kernels, Aeads.ChangeOver> changeOver;

    /**
     * Prepares a warm-up.
     *
     * @param candidates the kernels to try, in this order
     * @param forced whether to publish correct kernels even if they are not faster
     * @param former makes an instance of the implementation in use
     * @param changeOver publishes the kernels
     */
    WarmUp(
            List<Kernels> candidates,
            boolean forced,
            Supplier<Aead> former,
            BiConsumer<Kernels, Aeads.ChangeOver> changeOver) {
        this.candidates = candidates;
        this.forced = forced;
        this.former = former;
        this.changeOver = changeOver;
    }

    @Override
    public void run() {
        long start = System.nanoTime();
        try (Aead serving = former.get()) {
            for (Kernels kernels : candidates) {
                Trial trial = new Trial(kernels, serving);
                boolean faster = trial.becomesFaster();
                if (!trial.correct) {
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "{0} failed its self-test; {1} serves",
                            kernels.implementation(),
                            serving.implementation());
                } else if (faster || forced) {
                    publish(kernels, trial.changeOver(Duration.ofNanos(System.nanoTime() - start)));
                    return;
                } else {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0} did not become faster than {1} in {2} s of CPU time",
                            kernels.implementation(),
                            serving.implementation(),
                            BUDGET_SECONDS);
                }
            }
        }
    }

    private void publish(Kernels kernels, Aeads.ChangeOver change) {
        LOG.log(
                System.Logger.Level.INFO,
                "{0} serves after {1} ms of warm-up, {2} times as fast as {3}",
                change.implementation(),
                change.after().toMillis(),
                String.format(Locale.ROOT, "%.2f", change.timesFormer()),
                change.former());
        changeOver.accept(kernels, change);
    }

    /** Compares one candidate with the implementation in use. */
    private static final class Trial {
        private final Kernels kernels;
        private final Aead former;
        private final long end = now() + TimeUnit.SECONDS.toNanos(BUDGET_SECONDS);
        private boolean correct = true;
        /** Speed in the last round, as a multiple of the former's. */
        private double timesFormer;

        Trial(Kernels kernels, Aead former) {
            this.kernels = kernels;
            this.former = former;
        }

        Aeads.ChangeOver changeOver(Duration after) {
            return new Aeads.ChangeOver(kernels.implementation(), after, former.implementation(), timesFormer);
        }

        /**
         * Runs the kernels until they take less time than the former implementation for all tests together, in
         * {@value #ROUNDS_IN_A_ROW} consecutive rounds, or until the CPU time is used up.
         *
         * <p>All tests together, because OpenSSL may be faster for single packets while trains matter more. A kernel
         * that is not compiled is noticed nevertheless: each has a share in some test, and is a hundred times slower
         * then. Only the smallest (which zero, or set the key) may be compiled later: they cost a microsecond a train.
         *
         * @return whether they became faster
         */
        boolean becomesFaster() {
            try (VectorAead aead = new VectorAead(kernels);
                    SelfTest equal = new SelfTest(filled(kernels.lanes(), SelfTest.KNOWN_LENGTH));
                    SelfTest mixed = new SelfTest(rising(40, 9));
                    SelfTest single = new SelfTest(filled(SINGLE_PACKETS, 100));
                    SelfTest longSingle = new SelfTest(filled(SINGLE_PACKETS, kernels.lanes() * 128 + 200))) {
                List<SelfTest> tests = List.of(equal, mixed, single, longSingle);
                correct = equal.hasKnownTag();
                if (former instanceof JceAead) {
                    // Seals and opens from the start: if C2 compiled JCE for sealing only, the first open would
                    // deoptimise it.
                    best(tests, former, FIRST_JCE_ROUNDS);
                }
                int rounds = CompilerDirectives.kernelsCompileEarly() ? LOW_THRESHOLD_ROUNDS : THRESHOLD_ROUNDS;
                for (int round = 0; round < rounds && correct; round++) {
                    correct = runAndPause(tests, aead, SHORT_PAUSE);
                }
                // Only now: traffic, if there is any, has had the former implementation compiled.
                long formerNanos = best(tests, former, FORMER_ROUNDS);
                int fastRounds = 0;
                while (fastRounds < ROUNDS_IN_A_ROW && correct && now() < end) {
                    timesFormer = (double) formerNanos / best(tests, aead, 2);
                    fastRounds = timesFormer > 1 ? fastRounds + 1 : 0;
                    correct = runAndPause(tests, aead, LONG_PAUSE);
                }
                return correct && fastRounds == ROUNDS_IN_A_ROW;
            }
        }

        /** Runs a round of tests, then sleeps for {@code pause} times its duration. */
        private static boolean runAndPause(List<SelfTest> tests, Aead aead, double pause) {
            long start = System.nanoTime();
            boolean passed = tests.stream().allMatch(test -> test.passes(aead));
            LockSupport.parkNanos(Math.min((long) ((System.nanoTime() - start) * pause), LONGEST_PAUSE));
            return passed;
        }

        /** Nanoseconds to seal and open: the sum of each test's shortest time in {@code rounds} rounds. */
        private static long best(List<SelfTest> tests, Aead aead, int rounds) {
            long[] best = new long[tests.size()];
            Arrays.fill(best, Long.MAX_VALUE);
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < best.length; i++) {
                    best[i] = Math.min(best[i], tests.get(i).nanos(aead));
                }
            }
            return Arrays.stream(best).sum();
        }

        private static int[] filled(int count, int length) {
            int[] lengths = new int[count];
            Arrays.fill(lengths, length);
            return lengths;
        }

        private static int[] rising(int count, int step) {
            int[] lengths = new int[count];
            Arrays.setAll(lengths, i -> i * step);
            return lengths;
        }

        /** This thread's CPU time in nanoseconds. */
        private static long now() {
            return THREADS.getCurrentThreadCpuTime();
        }
    }
}
