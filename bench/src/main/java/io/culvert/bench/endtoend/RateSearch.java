// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.List;

/**
 * The highest rate of packets with a loss below 1 %. The search doubles or halves the offered rate until one rate
 * passes and one fails, then bisects. A rate fails if it loses too much twice.
 */
abstract class RateSearch implements Measurement {
    private static final double LOST_PERCENT = 1;
    private static final double HEAVY_LOSS_PERCENT = 10;
    private static final double FIRST_RATE = 40_000;
    private static final double LOWEST_RATE = 1_000;
    private static final double HIGHEST_RATE = 3_000_000;
    /** The search ends when the failing rate is less than this factor above the passing one. */
    private static final double PRECISION = 1.06;
    /** Below this share of the offered rate, the sender sends as fast as it can. */
    private static final double SATURATED = 0.9;

    private static final int USUAL_STEPS = 9;

    @Override
    public final boolean isUdp() {
        return true;
    }

    @Override
    public final double duration(int seconds) {
        return USUAL_STEPS * (step(seconds) + 0.5);
    }

    private static int step(int seconds) {
        return Math.max(2, seconds / 2);
    }

    /**
     * Offers packets at a rate.
     *
     * @param rate in packets per second
     * @return figures; the first is what arrived in a second, and one is {@code lost} in per cent
     */
    abstract List<Sample> offer(Tunnel tunnel, int seconds, double rate) throws IOException, InterruptedException;

    /** What arrives in a second if nothing is lost at a rate, in the unit of the first figure. */
    abstract double expected(double rate);

    @Override
    public final List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        double passed = 0;
        double failed = 0;
        double rate = FIRST_RATE;
        List<Sample> best = null;
        while (rate >= LOWEST_RATE
                && rate <= HIGHEST_RATE
                && (failed == 0 || failed / Math.max(passed, 1) > PRECISION)) {
            List<Sample> samples = offer(tunnel, step(seconds), rate);
            if (lost(samples) >= LOST_PERCENT && lost(samples) < HEAVY_LOSS_PERCENT) {
                samples = offer(tunnel, step(seconds), rate);
            }
            if (lost(samples) >= LOST_PERCENT) {
                failed = rate;
            } else {
                passed = rate;
                if (best == null || arrived(samples) > arrived(best)) {
                    best = samples;
                }
                double sent = arrived(samples) / (1 - lost(samples) / 100);
                if (sent < SATURATED * expected(rate)) {
                    break;
                }
            }
            rate = next(passed, failed);
        }
        if (best == null) {
            throw new IOException("1 % or more was lost at " + (int) LOWEST_RATE + " packets a second");
        }
        return best;
    }

    /** The rate to try next, between the highest that passed and the lowest that failed; 0 stands for none. */
    static double next(double passed, double failed) {
        if (failed == 0) {
            return passed * 2;
        }
        return passed == 0 ? failed / 2 : Math.sqrt(passed * failed);
    }

    private static double arrived(List<Sample> samples) {
        return samples.getFirst().value();
    }

    private static double lost(List<Sample> samples) {
        return samples.stream()
                .filter(sample -> sample.metric().equals("lost"))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
