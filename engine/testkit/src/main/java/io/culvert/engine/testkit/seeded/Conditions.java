// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.testkit.MemoryNetwork;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What a simulation is like throughout.
 *
 * @param spokes hosts beside the hub
 * @param maxWorkers the most workers of a device
 * @param scattered whether packets and datagrams arrive at any worker, else at the one to which the system steers them
 * @param ipv6 whether the spokes know the hub by its IPv6 address
 * @param preemption the probability that a worker loses its CPU at a call
 * @param loss the probability that a datagram is lost
 * @param duplication that it arrives twice
 * @param corruption that a bit of it is inverted
 * @param leastDelay of a datagram in nanoseconds
 * @param greatestDelay of a datagram; the same if the network keeps the order
 */
record Conditions(
        int spokes,
        int maxWorkers,
        boolean scattered,
        boolean ipv6,
        double preemption,
        double loss,
        double duplication,
        double corruption,
        long leastDelay,
        long greatestDelay) {
    static Conditions draw(SplittableRandom random) {
        long delay = pick(random, 0, 0, 200_000, 20_000_000);
        boolean reorders = delay > 0 && random.nextBoolean();
        return new Conditions(
                1 + random.nextInt(3),
                1 + random.nextInt(3),
                random.nextInt(4) == 0,
                random.nextInt(3) == 0,
                pick(random, 0, 0.01, 0.05, 0.2),
                pick(random, 0, 0, 0.02, 0.2),
                pick(random, 0, 0, 0.02, 0.2),
                pick(random, 0, 0, 0.02, 0.1),
                reorders ? delay / 4 : delay,
                reorders ? 4 * delay : delay);
    }

    private static double pick(SplittableRandom random, double... values) {
        return values[random.nextInt(values.length)];
    }

    private static long pick(SplittableRandom random, long... values) {
        return values[random.nextInt(values.length)];
    }

    /** Whether packets of a flow keep their order. */
    boolean keepsOrder() {
        return !scattered && leastDelay == greatestDelay;
    }

    /** Sets them. */
    void apply(MemoryNetwork network, Schedule schedule) {
        network.setLoss(loss);
        network.setDuplication(duplication);
        network.setCorruption(corruption);
        network.setDelay(leastDelay, greatestDelay);
        schedule.setPreemption(preemption);
    }

    /** Makes the network good: it delays only. */
    void heal(MemoryNetwork network) {
        network.setLoss(0);
        network.setDuplication(0);
        network.setCorruption(0);
        network.unblock();
    }

    @Override
    public String toString() {
        String format = "a hub, %s, up to %s each, %s; CPU lost at %.0f %% of the calls; datagrams: %.0f %% lost,"
                + " %.0f %% twice, %.0f %% damaged, delay %.1f to %.1f ms";
        return String.format(
                Locale.ROOT,
                format,
                World.count(spokes, "spoke"),
                World.count(maxWorkers, "worker"),
                scattered ? "input at any worker" : "input steered",
                100 * preemption,
                100 * loss,
                100 * duplication,
                100 * corruption,
                leastDelay / 1e6,
                greatestDelay / 1e6);
    }
}
