package io.culvert.crypto;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

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
    private static final int JCE_ROUNDS = 300;
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
    private final BiConsumer<Kernels, Aeads.ChangeOver> changeOver;

    /**
     * Prepares a warm-up.
     *
     * @param candidates the kernels to try, in this order
     * @param forced whether the first of them serve though they are not faster than JCE
     * @param changeOver takes the kernels that are to serve
     */
    WarmUp(List<Kernels> candidates, boolean forced, BiConsumer<Kernels, Aeads.ChangeOver> changeOver) {
        this.candidates = candidates;
        this.forced = forced;
        this.changeOver = changeOver;
    }

    @Override
    public void run() {
        long start = System.nanoTime();
        for (Kernels kernels : candidates) {
            Trial trial = new Trial(kernels);
            boolean faster = trial.untilFast();
            if (!trial.correct) {
                LOG.log(System.Logger.Level.ERROR, "{0} failed its self-test; JCE serves", kernels.implementation());
            } else if (faster || forced) {
                Aeads.ChangeOver change = new Aeads.ChangeOver(
                        kernels.implementation(), Duration.ofNanos(System.nanoTime() - start), trial.timesJce);
                LOG.log(
                        System.Logger.Level.INFO,
                        "{0} serves after {1} ms of warm-up, at least {2} times as fast as JCE",
                        change.implementation(),
                        change.after().toMillis(),
                        change.timesJce());
                changeOver.accept(kernels, change);
                return;
            } else {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} did not become faster than JCE in {1} s of CPU time",
                        kernels.implementation(),
                        BUDGET_SECONDS);
            }
        }
    }

    /** One candidate against JCE. */
    private static final class Trial {
        private final Kernels kernels;
        private final long end = now() + TimeUnit.SECONDS.toNanos(BUDGET_SECONDS);
        private boolean correct = true;
        /** Of the last round: the smallest ratio of any train. */
        private double timesJce;

        Trial(Kernels kernels) {
            this.kernels = kernels;
        }

        boolean untilFast() {
            try (VectorAead aead = new VectorAead(kernels);
                    JceAead jce = new JceAead();
                    SelfTest equal = new SelfTest(filled(kernels.lanes(), SelfTest.KNOWN_LENGTH));
                    SelfTest mixed = new SelfTest(rising(40, 9));
                    SelfTest lone = new SelfTest(filled(LONE_PACKETS, 100));
                    SelfTest longLone = new SelfTest(filled(LONE_PACKETS, kernels.lanes() * 128 + 200))) {
                List<SelfTest> tests = List.of(equal, mixed, lone, longLone);
                correct = equal.anchored();
                // Both ways from the first, lest C2 takes sealing for all there is and has to compile JCE again.
                jceTimes(tests, jce, FIRST_JCE_ROUNDS);
                int rounds = CompilerDirectives.kernelsCompileEarly() ? EARLY_ROUNDS : NOTICED_ROUNDS;
                for (int round = 0; round < rounds && correct; round++) {
                    correct = hold(tests, aead, SHORT_PAUSE);
                }
                // While C2 compiles the kernels. Where packets are on their way already, they have made JCE fast by
                // now.
                long[] best = jceTimes(tests, jce, JCE_ROUNDS);
                int fastRounds = 0;
                while (fastRounds < ROUNDS_IN_A_ROW && correct && now() < end) {
                    fastRounds = faster(tests, aead, best) ? fastRounds + 1 : 0;
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

        private boolean faster(List<SelfTest> tests, Aead aead, long[] best) {
            timesJce = Double.MAX_VALUE;
            for (int i = 0; i < best.length; i++) {
                long nanos = Math.min(tests.get(i).nanos(aead), tests.get(i).nanos(aead));
                timesJce = Math.min(timesJce, (double) best[i] / nanos);
            }
            return timesJce > 1;
        }

        private static long[] jceTimes(List<SelfTest> tests, Aead jce, int rounds) {
            long[] best = new long[tests.size()];
            Arrays.fill(best, Long.MAX_VALUE);
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < best.length; i++) {
                    best[i] = Math.min(best[i], tests.get(i).nanos(jce));
                }
            }
            return best;
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
