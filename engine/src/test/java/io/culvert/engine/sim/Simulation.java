// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.DeviceOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Devices joined by a network, all in one thread and in virtual time: the same seed gives the same run. Time moves only
 * when there is nothing left to do, and then to when something happens next, so that hours take moments.
 */
public final class Simulation implements AutoCloseable {
    /** Nanoseconds. */
    public static final long MILLISECOND = 1_000_000;

    /** Nanoseconds. */
    public static final long SECOND = 1_000 * MILLISECOND;

    /** One for all devices of a test's JVM, which then warm up once. */
    static final Aeads AEADS = new Aeads(AeadChoice.AUTO);

    private static final DeviceOptions OPTIONS = new DeviceOptions(1, AEADS::create, false);

    /** More steps than this at one moment are a livelock. */
    private static final int MAX_STEPS = 100_000;

    private final VirtualClock clock = new VirtualClock();
    private final MemoryNetwork network;
    private final List<Node> nodes = new ArrayList<>();
    private final SplittableRandom random;
    private final long seed;
    private final int workers;

    /**
     * No nodes yet.
     *
     * @param seed of all randomness
     * @param workers of each device
     */
    public Simulation(long seed, int workers) {
        this.seed = seed;
        this.workers = workers;
        random = new SplittableRandom(seed);
        network = new MemoryNetwork(clock, seed);
    }

    /** Adds a node, whose interface is up. */
    public Node node() {
        Node node = downNode();
        node.tun().setLink(true);
        return node;
    }

    /** Adds a node that is configured, and whose interface is down. */
    Node downNode() {
        Node node = new Node(clock, network, nodes.size() + 1, workers, 31 * seed + nodes.size(), OPTIONS);
        nodes.add(node);
        return node;
    }

    /** The nodes, in the order they were added. */
    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** The network between the nodes. */
    public MemoryNetwork network() {
        return network;
    }

    /** The time. */
    public VirtualClock clock() {
        return clock;
    }

    /**
     * Works until all input is taken and there is no work; passes over the short times for which workers leave input
     * waiting.
     */
    public void settle() {
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            if (step() > 0) {
                continue;
            }
            long due = nodes.stream().mapToLong(Node::inputDue).min().orElse(Long.MAX_VALUE);
            if (due <= clock.nanos() || due - clock.nanos() > MILLISECOND) {
                return;
            }
            clock.advance(due - clock.nanos());
        }
        throw new AssertionError("the nodes never come to rest");
    }

    private int step() {
        int work = network.deliver();
        for (Node node : nodes) {
            work += node.step(random);
        }
        return work;
    }

    /** Lets so much time pass. */
    public void run(long nanos) {
        long end = clock.nanos() + nanos;
        while (true) {
            for (int steps = 0; step() > 0; steps++) {
                if (steps > MAX_STEPS) {
                    throw new AssertionError("the nodes never come to rest");
                }
            }
            long now = clock.nanos();
            if (now >= end) {
                return;
            }
            long next = network.earliest();
            for (Node node : nodes) {
                next = Math.min(next, node.earliest());
            }
            // A wheel's earliest entry may turn out to be outdated when its time comes; then time goes on in small
            // steps.
            clock.advance(Math.min(next > now ? next : now + MILLISECOND, end) - now);
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
    }
}
