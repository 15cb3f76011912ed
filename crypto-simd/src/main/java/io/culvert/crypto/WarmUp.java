package io.culvert.crypto;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Runs the self-test until C2 has compiled the kernels, and then hands them over if they are worth it.
 *
 * <p>Interpreted, the kernels are hundreds of times slower than compiled, so nothing else may run them before. The
 * trains here are of short packets, so that a kernel is called often for each of its loops' turns: C2 then compiles the
 * method, not first a version that enters in the middle of a loop, which nobody else would use.
 */
final class WarmUp implements Runnable {
    /** CPU time of its own that the warm-up of one width may take. */
    static final int BUDGET_SECONDS = 10;

    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final int FIRST_JCE_ROUNDS = 20;
    private static final int FORMER_ROUNDS = 300;
    /** So few that they are taken one by one, and enough for their kernels to be called as often as the others'. */
    private static final int LONE_PACKETS = 4;

    /** After so many rounds every kernel has passed the thresholds at which C2 compiles. */
    private static final int NOTICED_ROUNDS = 80;
    /** The same where the thresholds are lower. */
    private static final int EARLY_ROUNDS = 15;

    private static final int ROUNDS_IN_A_ROW = 5;
    /** Pauses, in rounds: short until C2 takes notice, long while it is at work. */
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
     * @param forced whether the first of them serve though they are not faster
     * @param former makes an instance of what serves so far
     * @param changeOver takes the kernels that are to serve
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
                boolean faster = trial.untilFast();
                if (!trial.correct) {
                    LOG.log(
                            System.Logger.Level.ERROR,
                            "{0} failed its self-test; {1} serves",
                            kernels.implementation(),
                            serving.implementation());
                } else if (faster || forced) {
                    hand(kernels, trial.changeOver(Duration.ofNanos(System.nanoTime() - start)));
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

    private void hand(Kernels kernels, Aeads.ChangeOver change) {
        LOG.log(
                System.Logger.Level.INFO,
                "{0} serves after {1} ms of warm-up, {2} times as fast as {3}",
                change.implementation(),
                change.after().toMillis(),
                change.timesFormer(),
                change.former());
        changeOver.accept(kernels, change);
    }

    /** One candidate against what serves. */
    private static final class Trial {
        private final Kernels kernels;
        private final Aead former;
        private final long end = now() + TimeUnit.SECONDS.toNanos(BUDGET_SECONDS);
        private boolean correct = true;
        /** Of the last round. */
        private double timesFormer;

        Trial(Kernels kernels, Aead former) {
            this.kernels = kernels;
            this.former = former;
        }

        Aeads.ChangeOver changeOver(Duration after) {
            return new Aeads.ChangeOver(kernels.implementation(), after, former.implementation(), timesFormer);
        }

        /**
         * Whether the kernels took less time than the former for all tests together, in some rounds one after the other.
         *
         * <p>All together, because a lone packet may take longer than OpenSSL's while trains are what matters. A kernel that
         * is not compiled is found nevertheless: each has a share in some test, and takes a hundred times as long then. Only
         * the smallest (which zero, or set the key) cost so little, a microsecond a train, that they may follow later.
         */
        boolean untilFast() {
            try (VectorAead aead = new VectorAead(kernels);
                    SelfTest equal = new SelfTest(filled(kernels.lanes(), SelfTest.KNOWN_LENGTH));
                    SelfTest mixed = new SelfTest(rising(40, 9));
                    SelfTest lone = new SelfTest(filled(LONE_PACKETS, 100));
                    SelfTest longLone = new SelfTest(filled(LONE_PACKETS, kernels.lanes() * 128 + 200))) {
                List<SelfTest> tests = List.of(equal, mixed, lone, longLone);
                correct = equal.anchored();
                if (former instanceof JceAead) {
                    // Both ways from the first, lest C2 takes sealing for all there is and has to compile JCE again.
                    best(tests, former, FIRST_JCE_ROUNDS);
                }
                int rounds = CompilerDirectives.kernelsCompileEarly() ? EARLY_ROUNDS : NOTICED_ROUNDS;
                for (int round = 0; round < rounds && correct; round++) {
                    correct = hold(tests, aead, SHORT_PAUSE);
                }
                // While C2 compiles the kernels. Where packets are on their way already, they have made the former fast
                // by now.
                long toBeat = best(tests, former, FORMER_ROUNDS);
                int fastRounds = 0;
                while (fastRounds < ROUNDS_IN_A_ROW && correct && now() < end) {
                    timesFormer = (double) toBeat / best(tests, aead, 2);
                    fastRounds = timesFormer > 1 ? fastRounds + 1 : 0;
                    correct = hold(tests, aead, LONG_PAUSE);
                }
                return correct && fastRounds == ROUNDS_IN_A_ROW;
            }
        }

        /** Runs a round of tests, then leaves the core to others for so many times as long. */
        private static boolean hold(List<SelfTest> tests, Aead aead, double pause) {
            long start = System.nanoTime();
            boolean hold = tests.stream().allMatch(test -> test.holds(aead));
            LockSupport.parkNanos(Math.min((long) ((System.nanoTime() - start) * pause), LONGEST_PAUSE));
            return hold;
        }

        /** How long sealing and opening takes, all tests' best times of some rounds together. */
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

        /** This thread's CPU time. */
        private static long now() {
            return THREADS.getCurrentThreadCpuTime();
        }
    }
}
