// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import static io.culvert.engine.testkit.seeded.World.MILLISECOND;
import static io.culvert.engine.testkit.seeded.World.SECOND;
import static io.culvert.engine.testkit.seeded.World.count;

import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.Node;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** What happens to the hosts and the network: traffic, moves, restarts, changes of keys, faults, and attacks. */
final class Events {
    private static final int MAC_BYTES = 16;

    private final World world;
    private final SplittableRandom random;
    private final Traffic traffic;
    /** Those that are drawn: traffic and time come more often. */
    private final List<Runnable> events;

    private int moves;

    Events(World world, Traffic traffic) {
        this.world = world;
        this.traffic = traffic;
        random = world.random;
        events = List.of(
                this::burst,
                this::burst,
                this::burst,
                this::burst,
                this::bothWays,
                this::bothWays,
                this::bothWays,
                this::flood,
                this::flood,
                this::talk,
                this::pass,
                this::pass,
                this::passMinutes,
                this::move,
                this::restart,
                this::changeKey,
                this::changePresharedKey,
                this::removePeer,
                this::partition,
                this::heal,
                this::takeCpu,
                this::freeze,
                this::refuse,
                this::changePort,
                this::bounceLink,
                this::changeMtu,
                this::keepalive,
                this::moveAddress,
                this::replay,
                this::attack,
                this::forge);
    }

    /** Lets one thing happen, and some time pass. */
    void next() {
        events.get(random.nextInt(events.size())).run();
        world.run(random.nextInt(3) == 0 ? random.nextLong(50 * MILLISECOND) : 0);
    }

    private void note(String format, Object... arguments) {
        world.story.note(format, arguments);
    }

    /** A few packets of one flow. */
    private void burst() {
        send(1 + random.nextInt(20), Packets.LEAST + random.nextInt(Traffic.MOST_BYTES - Packets.LEAST));
    }

    /** Several flows at once, to and from the hub. */
    private void bothWays() {
        Host spoke = world.anySpoke();
        int packets = 1 + random.nextInt(15);
        int bytes = Packets.LEAST + random.nextInt(Traffic.MOST_BYTES - Packets.LEAST);
        note("wg1 and wg%d send each other packets of all flows", spoke.number);
        for (int flow = 0; flow < Traffic.FLOWS; flow++) {
            traffic.send(spoke, World.HUB, flow, packets, bytes);
            traffic.send(world.hub(), spoke.number, flow, packets, bytes);
        }
    }

    /** A few packets now and then, over one change of keys. */
    private void talk() {
        Host spoke = world.anySpoke();
        note("wg1 and wg%d talk for two minutes", spoke.number);
        for (int i = 0; i < 16; i++) {
            Host from = random.nextBoolean() ? world.hub() : spoke;
            traffic.send(from, from == spoke ? World.HUB : spoke.number, random.nextInt(4), 2, 200);
            world.run(random.nextLong(16 * SECOND));
        }
    }

    /** More than may wait for a session, or than the trains of a worker hold. */
    private void flood() {
        send(150 + random.nextInt(250), random.nextBoolean() ? 60 : 1_200);
    }

    private void send(int packets, int bytes) {
        Host spoke = world.anySpoke();
        int flow = random.nextInt(Traffic.FLOWS);
        boolean floating = random.nextInt(3) == 0;
        Host from = floating || random.nextBoolean() ? world.hub() : spoke;
        int to = floating ? 0 : from == spoke ? World.HUB : spoke.number;
        String target = floating ? "the floating address" : "wg" + to;
        note("wg%d sends %s of %d bytes to %s (flow %d)", from.number, count(packets, "packet"), bytes, target, flow);
        traffic.send(from, to, flow, packets, bytes);
    }

    private void pass() {
        world.run(random.nextLong(15 * SECOND));
    }

    /** Past the renewal of a session, its end, and the end of its keys. */
    private void passMinutes() {
        long seconds = List.of(100, 125, 190, 600).get(random.nextInt(4));
        note("%d s pass", seconds);
        world.run(seconds * SECOND);
    }

    private void move() {
        Host spoke = world.anySpoke();
        moves++;
        List<Address> addresses =
                List.of(Address.of("198.51.100." + moves, Node.PORT), Address.of("2001:db8:1::" + moves, Node.PORT));
        note("wg%d moves to 198.51.100.%d", spoke.number, moves);
        spoke.move(addresses);
    }

    private void restart() {
        Host host = world.anyHost();
        note("wg%d is started again", host.number);
        host.close();
        host.start();
        for (Host spoke : world.spokes()) {
            if (host == spoke && world.isConnected(spoke)) {
                world.connectSpoke(spoke);
            } else if (host == world.hub() && world.isConnected(spoke)) {
                world.connectHub(spoke);
            }
        }
    }

    private void changeKey() {
        Host host = world.anyHost();
        List<Host> spokes = host == world.hub() ? world.spokes() : List.of(host);
        List<Host> connected = spokes.stream().filter(world::isConnected).toList();
        note("wg%d gets another private key", host.number);
        connected.forEach(spoke -> world.remove(host == spoke ? world.hub() : spoke, host));
        host.newKey();
        host.setKey();
        world.run(0);
        connected.forEach(world::connect);
    }

    private void changePresharedKey() {
        Host spoke = world.anySpoke();
        note("wg1 and wg%d get another preshared key", spoke.number);
        world.newPresharedKey(spoke);
        if (world.isConnected(spoke)) {
            world.connectHub(spoke);
            world.run(random.nextLong(2 * SECOND));
            world.connectSpoke(spoke);
        }
    }

    private void removePeer() {
        Host spoke = world.anySpoke();
        if (world.isConnected(spoke)) {
            note("wg1 and wg%d remove each other", spoke.number);
            world.disconnect(spoke);
        } else {
            note("wg1 and wg%d become peers again", spoke.number);
            world.connect(spoke);
        }
    }

    /** While a worker has lost its CPU: removes a peer at home on another, with trains under way, and adds it again. */
    void replacePeer() {
        Host spoke = world.anySpoke();
        int home = world.hub().home(spoke.publicKey());
        if (home >= 0 && world.hub().isBetweenTurns(home) && !world.hub().isFrozen()) {
            note("wg1 removes wg%d and adds it again, while a worker has lost its CPU", spoke.number);
            world.remove(world.hub(), spoke);
            world.connectHub(spoke);
        }
    }

    private void partition() {
        Host spoke = world.anySpoke();
        boolean oneWay = random.nextBoolean();
        boolean fromHub = random.nextBoolean();
        String way = !oneWay ? "at all" : fromHub ? "from wg1" : "to wg1";
        note("nothing passes between wg1 and wg%d %s", spoke.number, way);
        world.network.block(datagram -> {
            boolean isFrom = isOf(spoke, datagram.from());
            boolean isTo = isOf(spoke, datagram.to());
            return oneWay ? (fromHub ? isTo : isFrom) : isFrom || isTo;
        });
    }

    private static boolean isOf(Host host, Address address) {
        return host.outer(address.ipv6()).withPort(0).equals(address.withPort(0));
    }

    private void heal() {
        note("the network is whole");
        world.network.unblock();
    }

    private void takeCpu() {
        Host host = world.anyHost();
        int worker = random.nextInt(host.workers);
        boolean suspended = random.nextBoolean();
        note("worker %d of wg%d %s", worker, host.number, suspended ? "loses its CPU" : "has its CPU");
        host.suspend(worker, suspended);
    }

    /** As SIGSTOP does, or a suspend, after which the device forgets its sessions. */
    private void freeze() {
        Host host = world.anyHost();
        long nanos = random.nextLong(1, 40) * SECOND;
        note("wg%d stops for %d s", host.number, nanos / SECOND);
        host.freeze(true);
        world.run(nanos);
        host.freeze(false);
        if (random.nextBoolean()) {
            note("wg%d was suspended, and forgets its sessions", host.number);
            host.node().device().forgetSessions();
        }
    }

    private void refuse() {
        Host host = world.anyHost();
        boolean often = random.nextBoolean();
        double share = often ? 0.3 : 0;
        note(often ? "the system refuses wg%d many calls" : "the system takes what wg%d has", host.number);
        host.refusals.set(share * random.nextInt(2), share * random.nextInt(2), share * random.nextInt(2));
        host.node().platform().bind().setUnreachable(often && random.nextInt(4) == 0);
    }

    private void changePort() {
        Host spoke = world.anySpoke();
        int port = 50_000 + random.nextInt(1_000);
        boolean taken = random.nextInt(3) == 0;
        spoke.node().platform().bind().setTaken(port, taken);
        boolean changed = spoke.setPort(port);
        note("wg%d listens on port %d%s", spoke.number, port, changed ? "" : ": refused");
        if (changed == taken) {
            throw new Violation(Invariant.SOUNDNESS, "a port that is taken was opened, or a free one was refused");
        }
    }

    private void bounceLink() {
        Host host = world.anyHost();
        note("the interface of wg%d goes down and up", host.number);
        host.tun().setLink(false);
        world.run(random.nextBoolean() ? 0 : random.nextLong(SECOND));
        host.tun().setLink(true);
    }

    private void changeMtu() {
        Host host = world.anyHost();
        int mtu = 1_340 + random.nextInt(160);
        note("the MTU of wg%d is %d", host.number, mtu);
        host.tun().setMtu(mtu);
    }

    private void keepalive() {
        Host spoke = world.anySpoke();
        if (world.isConnected(spoke)) {
            int seconds = random.nextInt(2) * 25;
            note("wg%d sends a keepalive each %d s", spoke.number, seconds);
            spoke.apply(new PeerUpdate(
                    world.hub().publicKey(), false, true, null, null, OptionalInt.of(seconds), false, List.of()));
        }
    }

    private void moveAddress() {
        Host spoke = world.anySpoke();
        if (world.isConnected(spoke)) {
            note("the floating address belongs to wg%d", spoke.number);
            world.packets.moveAddress(spoke.number);
            world.connectHub(spoke);
        }
    }

    private void replay() {
        List<Datagram> seen = world.remembered();
        int copies = seen.isEmpty() ? 0 : 1 + random.nextInt(20);
        note("an attacker sends %s again", count(copies, "datagram"));
        // Those of them that were lost arrive now, out of order.
        world.packets.orderEnds();
        for (int i = 0; i < copies; i++) {
            world.network.inject(seen.get(random.nextInt(seen.size())));
        }
    }

    /** Damaged datagrams and noise from an address of its own. */
    private void attack() {
        Address attacker = world.attacker();
        List<Datagram> seen = world.remembered();
        int copies = 1 + random.nextInt(20);
        note("an attacker sends %s from %s", count(copies, "damaged datagram"), World.text(attacker.toSocketAddress()));
        for (int i = 0; i < copies && !seen.isEmpty(); i++) {
            Datagram datagram = seen.get(random.nextInt(seen.size())).withFrom(attacker);
            // In the tag of a data message, or in mac1 of a handshake message: mac2 counts only under load.
            int end = 8 * (datagram.payload().length - (datagram.type() == World.DATA ? 0 : MAC_BYTES));
            world.network.inject(datagram.withBitInverted(end - 1 - random.nextInt(8 * MAC_BYTES)));
        }
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        world.network.inject(new Datagram(noise, attacker, world.hub().outer(attacker.ipv6()), 0, 0));
    }

    private void forge() {
        Host spoke = world.anySpoke();
        int source = 1 + random.nextInt(world.hosts().size());
        if (source != spoke.number) {
            note("wg%d forges the address of wg%d", spoke.number, source);
            traffic.forge(spoke, source);
        }
    }
}
