// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import static io.culvert.engine.testkit.seeded.World.MILLISECOND;
import static io.culvert.engine.testkit.seeded.World.SECOND;

import java.util.ArrayList;
import java.util.List;

/** The end of a simulation: all is good again, and traffic must pass; then the devices are closed. */
final class Recovery {
    /**
     * How long a peer may stay cut off while packets are sent: 15.4 s until the first initiation on a session that the
     * other end has lost, and five attempts of 5.4 s, because initiations of both ends may cross.
     */
    static final long LIMIT = 43 * SECOND;

    private final World world;
    private final Traffic traffic;

    /** A direction in which packets must pass, and the numbers of those that were sent. */
    private record Way(Host from, Host to, List<Integer> probes) {}

    Recovery(World world, Traffic traffic) {
        this.world = world;
        this.traffic = traffic;
    }

    /** Undoes all that was done to hosts and network, and waits until packets pass. */
    void recover() {
        world.story.note("all is good again");
        world.conditions.heal(world.network);
        world.schedule.setControl(() -> {});
        for (Host host : world.hosts()) {
            host.refusals.set(0, 0, 0);
            host.node().platform().bind().setUnreachable(false);
            for (int i = 0; i < host.workers; i++) {
                host.suspend(i, false);
            }
        }
        world.spokes().forEach(world::connect);
        world.run(0);
        List<Way> ways = ways();
        long start = world.clock.nanos();
        while (true) {
            // Not at once: both ends would begin a handshake at the same moment, and again after the same time.
            for (Way way : ways) {
                world.run(world.random.nextLong(2 * SECOND / ways.size()));
                way.probes.add(traffic.probe(way.from, way.to.number));
            }
            world.run(200 * MILLISECOND);
            ways.removeIf(way -> way.probes.stream().anyMatch(world.packets::hasArrived));
            if (ways.isEmpty()) {
                break;
            }
            if (world.clock.nanos() - start > LIMIT) {
                throw new Violation(
                        Invariant.LIVENESS,
                        "nothing has passed from wg%d to wg%d for %d s"
                                .formatted(ways.getFirst().from.number, ways.getFirst().to.number, LIMIT / SECOND));
            }
        }
        world.story.note("packets pass on all ways");
    }

    /** Both directions, or only those to the hub: then a spoke must find out alone that the hub has lost a session. */
    private List<Way> ways() {
        boolean both = world.random.nextBoolean();
        List<Way> ways = new ArrayList<>();
        for (Host spoke : world.spokes()) {
            ways.add(new Way(spoke, world.hub(), new ArrayList<>()));
            if (both) {
                ways.add(new Way(world.hub(), spoke, new ArrayList<>()));
            }
        }
        return ways;
    }

    /** Once nothing is under way, nothing is kept; and once peers and devices are gone, no secret. */
    void end() {
        world.schedule.setPreemption(0);
        world.run(SECOND + 100 * MILLISECOND);
        // A worker that sleeps takes back what others have returned when it wakes up.
        world.hosts().forEach(Host::wake);
        world.run(0);
        world.hosts().forEach(Host::checkBuffers);
        Host host = world.anyHost();
        world.story.note("wg%d removes its peers", host.number);
        if (host == world.hub()) {
            world.spokes().forEach(spoke -> world.remove(host, spoke));
        } else {
            world.remove(host, world.hub());
        }
        world.run(0);
        world.keys.checkGone(false);
        world.close();
        world.keys.checkGone(true);
    }
}
