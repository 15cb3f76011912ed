// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.DeviceListener;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.MemoryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Devices connected by a network, all in one thread and in virtual time: the same seed gives the same run. Once no
 * device has work, time advances to the next event, so that a simulated hour takes moments.
 */
public final class Simulation implements AutoCloseable {
    /** A microsecond in nanoseconds. */
    public static final long MICROSECOND = 1_000;

    /** A millisecond in nanoseconds. */
    public static final long MILLISECOND = 1_000 * MICROSECOND;

    /** A second in nanoseconds. */
    public static final long SECOND = 1_000 * MILLISECOND;

    /** The AEADs of all simulated devices: one warm-up of the kernels serves all. */
    public static final Aeads AEADS = new Aeads(AeadChoice.AUTO);

    /** More steps than this at one moment are a livelock. */
    private static final int MAX_STEPS = 100_000;

    private final VirtualClock clock = new VirtualClock();
    private final MemoryNetwork network;
    private final List<Node> nodes = new ArrayList<>();
    private final SplittableRandom random;
    private final long seed;
    private final int workers;

    /**
     * A simulation without nodes.
     *
     * @param seed of all random sources
     * @param workers of each device
     */
    public Simulation(long seed, int workers) {
        this.seed = seed;
        this.workers = workers;
        random = new SplittableRandom(seed);
        network = new MemoryNetwork(clock, seed);
    }

    /** Adds a configured node whose interface is up. */
    public Node node() {
        return node(MemoryBudget.ofHeap());
    }

    /** The same, with a budget for peers. */
    public Node node(MemoryBudget memory) {
        return up(downNode(memory, DeviceListener.NONE));
    }

    /** The same, with a listener. */
    public Node node(DeviceListener listener) {
        return up(downNode(MemoryBudget.ofHeap(), listener));
    }

    private static Node up(Node node) {
        node.tun().setLink(true);
        return node;
    }

    /** Adds a configured node whose interface is down. */
    public Node downNode() {
        return downNode(MemoryBudget.ofHeap(), DeviceListener.NONE);
    }

    private Node downNode(MemoryBudget memory, DeviceListener listener) {
        DeviceOptions options =
                new DeviceOptions(1, AEADS::create, false, memory, DeviceOptions.WATCHDOG_SECONDS, listener);
        Node node = new Node(clock, network, nodes.size() + 1, workers, 31 * seed + nodes.size(), options);
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

    /** The virtual time. */
    public VirtualClock clock() {
        return clock;
    }

    /**
     * Runs until no node has work or input; advances time past the short delays for which workers leave input waiting.
     */
    public void runUntilIdle() {
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
        throw new AssertionError("livelock: the nodes never run out of work");
    }

    private int step() {
        int work = network.deliver();
        for (Node node : nodes) {
            work += node.step(random);
        }
        return work;
    }

    /** Runs for {@code nanos} of virtual time; with 0, until no node has work at the present time. */
    public void run(long nanos) {
        long end = clock.nanos() + nanos;
        while (true) {
            for (int steps = 0; step() > 0; steps++) {
                if (steps > MAX_STEPS) {
                    throw new AssertionError("livelock: the nodes never run out of work");
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
            // A timer wheel's earliest entry may be outdated when its time comes; time then advances in small steps.
            clock.advance(Math.min(next > now ? next : now + MILLISECOND, end) - now);
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
    }
}
