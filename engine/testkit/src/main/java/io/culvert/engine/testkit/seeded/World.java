// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.VirtualClock;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A hub and its spokes in a network, all drawn from a seed. The hub never moves, so that a spoke can always find it;
 * the peers of a hub are its spokes, and each spoke's only peer is the hub.
 */
final class World implements AutoCloseable {
    static final long MICROSECOND = 1_000;
    static final long MILLISECOND = 1_000 * MICROSECOND;
    static final long SECOND = 1_000 * MILLISECOND;

    /** One for all simulations: OpenSSL's serves at once, and nothing warms up behind the simulations. */
    static final Aeads AEADS = aeads();

    /** The number of the hub. */
    static final int HUB = 1;

    /** The type of data messages. */
    static final int DATA = 4;

    /** Datagrams that an attacker remembers. */
    private static final int REMEMBERED = 64;

    final SplittableRandom random;
    final VirtualClock clock = new VirtualClock();
    final Story story = new Story(clock);
    final Schedule schedule;
    final MemoryNetwork network;
    final Conditions conditions;
    final Packets packets;
    final Keys keys;
    private final List<Host> hosts = new ArrayList<>();
    /** The preshared key of the hub and each spoke, by the spoke's number; null for none. */
    private final byte[][] presharedKeys;
    /** By spoke, whether the hub and the spoke have each other as peers. */
    private final boolean[] connected;

    private final List<Datagram> remembered = new ArrayList<>();
    private final Set<Address> attackers = new HashSet<>();
    private long digest = 1;
    private long datagrams;

    World(long seed) {
        random = new SplittableRandom(seed);
        conditions = Conditions.draw(random);
        schedule = new Schedule(clock, random);
        network = new MemoryNetwork(clock, random.nextLong());
        packets = new Packets(conditions.keepsOrder());
        keys = new Keys(packets);
        schedule.add(() -> network.deliver() > 0);
        presharedKeys = new byte[conditions.spokes() + 2][];
        connected = new boolean[conditions.spokes() + 2];
    }

    private static Aeads aeads() {
        try {
            return new Aeads(AeadChoice.OPENSSL);
        } catch (IllegalArgumentException e) {
            // No libcrypto here.
            return new Aeads(AeadChoice.JCE);
        }
    }

    /** Starts all devices, and makes the hub and the spokes peers. */
    void start() {
        story.note("%s", conditions);
        for (int number = HUB; number <= conditions.spokes() + 1; number++) {
            Host host = new Host(this, number, 1 + random.nextInt(conditions.maxWorkers()), conditions.scattered());
            hosts.add(host);
            host.start();
            story.note("wg%d starts with %s", number, count(host.workers, "worker"));
        }
        packets.moveAddress(2);
        for (Host spoke : spokes()) {
            if (random.nextInt(4) == 0) {
                newPresharedKey(spoke);
            }
            connect(spoke);
        }
        conditions.apply(network, schedule);
    }

    static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** An address without the JDK's slash. */
    static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    List<Host> hosts() {
        return hosts;
    }

    Host hub() {
        return hosts.getFirst();
    }

    List<Host> spokes() {
        return hosts.subList(1, hosts.size());
    }

    Host host(int number) {
        return hosts.get(number - 1);
    }

    Host anyHost() {
        return hosts.get(random.nextInt(hosts.size()));
    }

    Host anySpoke() {
        return hosts.get(1 + random.nextInt(hosts.size() - 1));
    }

    /** The name of the host that has a public key. */
    String name(PublicKey key) {
        return hosts.stream()
                .filter(host -> host.publicKey().equals(key))
                .map(host -> "wg" + host.number)
                .findFirst()
                .orElse("a peer with an old key");
    }

    boolean isConnected(Host spoke) {
        return connected[spoke.number];
    }

    /** Gives the hub and a spoke another preshared key; they use it once they are {@linkplain #connect connected}. */
    void newPresharedKey(Host spoke) {
        byte[] key = new byte[Secret.BYTES];
        random.nextBytes(key);
        keys.configured(key);
        presharedKeys[spoke.number] = key;
    }

    /** Makes the hub and a spoke peers, or configures them as peers again. */
    void connect(Host spoke) {
        connectHub(spoke);
        connectSpoke(spoke);
        connected[spoke.number] = true;
    }

    /** The hub's half: it does not know where the spoke is. */
    void connectHub(Host spoke) {
        packets.newEpoch();
        List<PeerUpdate.AllowedIp> prefixes = prefixes(spoke.number, 32, 128);
        if (packets.owner() == spoke.number) {
            prefixes.addAll(prefixes(0, 32, 128));
        }
        hub().apply(peer(spoke, spoke, null, prefixes));
    }

    /** The spoke's half: all that is no address of its own is behind the hub. */
    void connectSpoke(Host spoke) {
        packets.newEpoch();
        spoke.apply(peer(hub(), spoke, hub().outer(conditions.ipv6()), prefixes(HUB, 32, 128)));
    }

    private PeerUpdate peer(Host peer, Host spoke, Address endpoint, List<PeerUpdate.AllowedIp> prefixes) {
        byte[] key = presharedKeys[spoke.number];
        return new PeerUpdate(
                peer.publicKey(),
                false,
                false,
                key == null ? new Secret() : new Secret(key),
                endpoint == null ? null : endpoint.toSocketAddress(),
                OptionalInt.empty(),
                false,
                prefixes);
    }

    /** The prefixes of a host's addresses in the tunnel. */
    static List<PeerUpdate.AllowedIp> prefixes(int host, int bits4, int bits6) {
        Address inner4 = Packets.inner(host, false, 0);
        Address inner6 = Packets.inner(host, true, 0);
        return new ArrayList<>(List.of(
                new PeerUpdate.AllowedIp(new Prefix(false, 0, inner4.low(), bits4), false),
                new PeerUpdate.AllowedIp(new Prefix(true, inner6.high(), inner6.low(), bits6), false)));
    }

    /** Removes the hub and a spoke from each other. */
    void disconnect(Host spoke) {
        remove(hub(), spoke);
        remove(spoke, hub());
        connected[spoke.number] = false;
    }

    /** Removes a peer from one device. */
    void remove(Host host, Host peer) {
        host.apply(new PeerUpdate(peer.publicKey(), true, false, null, null, OptionalInt.empty(), false, List.of()));
        keys.removed(host.life(), peer.number);
    }

    /** Runs for {@code nanos} of virtual time; with 0, until nobody has anything to do at this moment. */
    void run(long nanos) {
        long end = clock.nanos() + nanos;
        while (true) {
            schedule.runAll();
            check();
            long now = clock.nanos();
            if (now >= end) {
                return;
            }
            long next = Math.min(network.earliest(), earliest());
            // A timer wheel's earliest entry may be outdated when its time comes; time then advances in small steps.
            clock.advance(Math.min(next > now ? next : now + MILLISECOND, end) - now);
        }
    }

    private long earliest() {
        long earliest = Long.MAX_VALUE;
        for (Host host : hosts) {
            earliest = Math.min(earliest, host.earliest());
        }
        return earliest;
    }

    /** What holds whenever nobody has anything to do. */
    private void check() {
        for (Datagram datagram : network.sent()) {
            see(datagram);
        }
        for (Host host : hosts) {
            host.drain();
            host.checkWakeUps();
            host.checkMemory(Traffic.MOST_STAGED * (host == hub() ? conditions.spokes() : 1));
        }
    }

    private void see(Datagram datagram) {
        datagrams++;
        digest = 31 * digest + Arrays.hashCode(datagram.payload());
        digest = 31 * digest + clock.nanos();
        if (datagram.type() != DATA) {
            tellMessage(datagram);
        }
        if (attackers.contains(datagram.to())) {
            throw new Violation(Invariant.ROAMING, "a message goes to an attacker's address");
        }
        if (remembered.size() < REMEMBERED) {
            remembered.add(datagram);
        } else {
            remembered.set(random.nextInt(REMEMBERED), datagram);
        }
    }

    private void tellMessage(Datagram datagram) {
        String what = List.of("initiation", "response", "cookie reply").get(datagram.type() - 1);
        story.note("%s from %s to %s", what, place(datagram.from()), place(datagram.to()));
    }

    /** The host that has an address, or the address. */
    private String place(Address address) {
        return hosts.stream()
                .filter(host -> host.outer(address.ipv6()).equals(address))
                .map(host -> "wg" + host.number)
                .findFirst()
                .orElseGet(() -> text(address.toSocketAddress()));
    }

    /** The datagrams that an attacker has seen. */
    List<Datagram> remembered() {
        return remembered;
    }

    /** An address from which no authentic message ever comes. */
    Address attacker() {
        Address address = Address.of("203.0.113." + (1 + random.nextInt(200)), 1024 + random.nextInt(60_000));
        attackers.add(address);
        return address;
    }

    /** A number that differs, almost surely, if any datagram or its time does. */
    long digest() {
        return digest;
    }

    /** The number of datagrams that the hosts sent. */
    long datagrams() {
        return datagrams;
    }

    @Override
    public void close() {
        Throwable failure = null;
        for (Host host : hosts) {
            try {
                host.close();
            } catch (RuntimeException | Error e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
