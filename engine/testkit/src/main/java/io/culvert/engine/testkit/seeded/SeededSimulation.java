// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One simulation, drawn from a seed: a hub and its spokes start, much happens to them and to the network, and in the
 * end all is good again. The same seed gives the same simulation, in every detail. Each runs on one thread; several
 * may run at once.
 */
public final class SeededSimulation {
    private static final int LEAST_EVENTS = 8;
    private static final int MOST_EVENTS = 30;

    /**
     * What came of a simulation.
     *
     * @param seed it was drawn from
     * @param violation the invariant that does not hold, with what was seen; empty if all hold
     * @param story what happened, in lines
     * @param digest of all datagrams and their times
     * @param packets that went into tunnels
     * @param arrivals packets that came out
     * @param datagrams that the hosts sent
     * @param keys under which messages were sealed
     * @param preemptions of workers
     * @param nanos of virtual time
     */
    public record Outcome(
            long seed,
            Optional<Violation> violation,
            List<String> story,
            long digest,
            int packets,
            int arrivals,
            long datagrams,
            int keys,
            long preemptions,
            long nanos) {}

    private SeededSimulation() {}

    /** Runs the simulation of a seed. */
    public static Outcome run(long seed) {
        World world = new World(seed);
        Violation violation = null;
        try {
            run(world);
        } catch (Violation e) {
            violation = e;
        } catch (RuntimeException | Error e) {
            violation = new Violation(Invariant.SOUNDNESS, "a device failed: " + e, e);
        }
        if (violation != null) {
            closeAll(world, violation);
        }
        List<String> story = new ArrayList<>(world.story.lines());
        return new Outcome(
                seed,
                Optional.ofNullable(violation),
                story,
                world.digest(),
                world.packets.count(),
                world.packets.arrivals(),
                world.datagrams(),
                world.keys.count(),
                world.schedule.preemptions(),
                world.story.nanos());
    }

    private static void run(World world) {
        world.start();
        Traffic traffic = new Traffic(world);
        Events events = new Events(world, traffic);
        world.schedule.setControl(events::replacePeer);
        if (world.random.nextInt(4) != 0) {
            world.spokes().forEach(spoke -> traffic.probe(spoke, World.HUB));
            world.run(World.SECOND);
        }
        for (int i = world.random.nextInt(LEAST_EVENTS, MOST_EVENTS); i > 0; i--) {
            events.next();
        }
        Recovery recovery = new Recovery(world, traffic);
        recovery.recover();
        recovery.end();
    }

    /** After a violation the devices are in any state: what their end meets matters no more. */
    private static void closeAll(World world, Violation violation) {
        world.schedule.setPreemption(0);
        try {
            world.close();
        } catch (RuntimeException | Error e) {
            violation.addSuppressed(e);
        }
    }
}
