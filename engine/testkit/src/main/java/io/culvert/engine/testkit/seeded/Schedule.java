// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.engine.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Who takes the next turn: workers, handshake threads, retries and the network, in an order drawn from the seed.
 *
 * <p>Within a worker's turn each call to the system is a place where its thread may lose the CPU. Others then take
 * turns, and time may pass, before the call goes on. The others run on the same stack, so each of their turns ends
 * before the first worker goes on: what it sees is what a thread sees that was preempted for so long.
 */
final class Schedule {
    /** More rounds than this at one moment are a livelock. */
    private static final int MAX_ROUNDS = 20_000;

    private static final int MAX_DEPTH = 3;
    /** The longest time without a CPU, in nanoseconds. */
    private static final long MAX_PREEMPTED = 30_000_000;
    /** Preemptions in which time passes, and in which the configuration changes: one in so many. */
    private static final int LONG_ONES = 20;

    private static final int CONTROL_ONES = 40;

    /** What takes turns. */
    interface Actor {
        /** Takes a turn; returns whether there may be more to do at this moment. */
        boolean turn();

        /** Whether other turns may come in between. */
        default boolean isPreemptible() {
            return false;
        }
    }

    private static final class Slot {
        private final Actor actor;
        private boolean running;

        Slot(Actor actor) {
            this.actor = actor;
        }
    }

    private final VirtualClock clock;
    private final SplittableRandom random;
    private final List<Slot> slots = new ArrayList<>();
    private double preemption;
    private Runnable control = () -> {};
    private boolean preemptible;
    private int depth;
    private long preemptions;

    Schedule(VirtualClock clock, SplittableRandom random) {
        this.clock = clock;
        this.random = random;
    }

    void add(Actor actor) {
        slots.add(new Slot(actor));
    }

    /** Sets the probability that a worker loses its CPU at a call, 0 to 1. */
    void setPreemption(double probability) {
        preemption = probability;
    }

    /** Sets what changes a configuration while workers are preempted. */
    void setControl(Runnable change) {
        control = change;
    }

    /** The number of preemptions so far. */
    long preemptions() {
        return preemptions;
    }

    /** Lets all take one turn, in a random order; returns whether there may be more to do. */
    boolean round() {
        boolean more = false;
        for (int i = slots.size() - 1; i >= 0; i--) {
            Collections.swap(slots, i, random.nextInt(i + 1));
        }
        // Turns within turns shuffle the list, too.
        for (Slot slot : List.copyOf(slots)) {
            more |= turn(slot);
        }
        return more;
    }

    private boolean turn(Slot slot) {
        if (slot.running) {
            return false;
        }
        boolean outer = preemptible;
        preemptible = slot.actor.isPreemptible();
        slot.running = true;
        try {
            return slot.actor.turn();
        } finally {
            slot.running = false;
            preemptible = outer;
        }
    }

    /** Runs until nobody has anything to do at this moment. */
    void runAll() {
        for (int rounds = 0; round(); rounds++) {
            if (rounds > MAX_ROUNDS) {
                throw new Violation(Invariant.SOUNDNESS, "the devices work without an end at one moment");
            }
        }
    }

    /** A call to the system: the worker whose turn it is may lose its CPU. */
    void seam() {
        if (!preemptible || preemption == 0 || depth == MAX_DEPTH || random.nextDouble() >= preemption) {
            return;
        }
        preemptible = false;
        depth++;
        preemptions++;
        try {
            for (int turns = random.nextInt(2 * slots.size()); turns >= 0; turns--) {
                turn(slots.get(random.nextInt(slots.size())));
            }
            if (random.nextInt(LONG_ONES) == 0) {
                passTime();
            }
            if (random.nextInt(CONTROL_ONES) == 0) {
                control.run();
            }
        } finally {
            depth--;
            preemptible = true;
        }
    }

    private void passTime() {
        for (int steps = random.nextInt(1, 6); steps > 0; steps--) {
            clock.advance(random.nextLong(MAX_PREEMPTED / 5));
            for (int rounds = random.nextInt(1, 4); rounds > 0 && round(); rounds--) {
                // The others work meanwhile.
            }
        }
    }

    /** Whether no worker is in the middle of its turn. */
    boolean isFree(Actor actor) {
        return slots.stream().noneMatch(slot -> slot.actor == actor && slot.running);
    }
}
