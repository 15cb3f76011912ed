package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Tunnel;
import java.io.IOException;
import java.util.List;

/**
 * The most that datagrams of one size carry while fewer than 1 % are lost: the offered rate is doubled or halved until it is known from
 * both sides, then the range is halved. A rate counts as lossy when it was so twice.
 */
final class UdpMax implements Measurement {
    private static final double LOST_PERCENT = 1;
    private static final double HOPELESS_PERCENT = 10;
    private static final double FIRST_RATE = 40_000;
    private static final double LOWEST_RATE = 1_000;
    private static final double HIGHEST_RATE = 3_000_000;
    /** How near to each other the rates must be that do and do not pass. */
    private static final double PRECISION = 1.06;
    /** iperf3 that sends less than this share of what it was asked for sends as much as it can. */
    private static final double SATURATED = 0.9;

    private static final int USUAL_STEPS = 9;

    private final int payload;

    /** With datagrams of {@code payload} bytes. */
    UdpMax(int payload) {
        this.payload = payload;
    }

    @Override
    public boolean isUdp() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return USUAL_STEPS * (step(seconds) + 0.5);
    }

    private static int step(int seconds) {
        return Math.max(2, seconds / 2);
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        double passed = 0;
        double failed = 0;
        double rate = FIRST_RATE;
        List<Sample> best = null;
        while (rate >= LOWEST_RATE
                && rate <= HIGHEST_RATE
                && (failed == 0 || failed / Math.max(passed, 1) > PRECISION)) {
            List<Sample> samples = offer(tunnel, step(seconds), rate);
            if (value(samples, "lost") >= LOST_PERCENT && value(samples, "lost") < HOPELESS_PERCENT) {
                samples = offer(tunnel, step(seconds), rate);
            }
            if (value(samples, "lost") >= LOST_PERCENT) {
                failed = rate;
            } else {
                passed = rate;
                if (best == null || value(samples, "throughput") > value(best, "throughput")) {
                    best = samples;
                }
                double sent = value(samples, "throughput") / (1 - value(samples, "lost") / 100);
                if (sent * 1e9 < SATURATED * bits(rate)) {
                    break;
                }
            }
            rate = next(passed, failed);
        }
        if (best == null) {
            throw new IOException("1 % or more was lost at " + (int) LOWEST_RATE + " datagrams a second");
        }
        return best;
    }

    /** The rate to try next, between those that passed and failed, 0 for none. */
    static double next(double passed, double failed) {
        if (failed == 0) {
            return passed * 2;
        }
        return passed == 0 ? failed / 2 : Math.sqrt(passed * failed);
    }

    private double bits(double rate) {
        return rate * payload * 8;
    }

    private List<Sample> offer(Tunnel tunnel, int seconds, double rate) throws IOException, InterruptedException {
        String offered = Long.toString(Math.round(bits(rate)));
        return new Throughput("-u", "-b", offered, "-l", "" + payload).take(tunnel, seconds);
    }

    private static double value(List<Sample> samples, String metric) {
        return samples.stream()
                .filter(sample -> sample.metric().equals(metric))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
