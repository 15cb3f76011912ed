// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A hub that forwards packets between its peers, in and out through one interface. The peers have their homes on
 * different workers, and the kernel forwards super-packets as the hub wrote them to its TUN.
 */
@OnHost({"iperf3", "curl"})
class HubTest {
    private static final String NET = "192.168.241.";
    private static final int HUB_PORT = 1;
    private static final int WORKERS = 3;
    private static final String METRICS = "127.0.0.1:9587";

    private static final Namespace OUTSIDE = Namespace.create();
    private static final List<Node> SPOKES = new ArrayList<>();
    private static Node hub;

    /** A daemon whose interface is in a namespace of its own. */
    private record Node(Daemon daemon, Namespace namespace, Key key, String address) implements AutoCloseable {
        static Node start(Program program, int number, Map<String, String> environment) {
            Node node = new Node(
                    Daemon.start(program, OUTSIDE, Names.next(), environment),
                    Namespace.create(),
                    Key.generate(),
                    NET + number);
            node.daemon.moveTo(node.namespace);
            node.namespace.ip("address", "add", node.address + "/24", "dev", node.daemon.device());
            node.daemon.wg().set("private-key", node.key.file().toString(), "listen-port", Integer.toString(number));
            node.namespace.ip("link", "set", node.daemon.device(), "up");
            return node;
        }

        @Override
        public void close() {
            daemon.close();
            namespace.close();
        }
    }

    @BeforeAll
    static void create() {
        hub = Node.start(
                Program.CULVERT, HUB_PORT, Map.of("CULVERT_WORKERS", "" + WORKERS, "CULVERT_METRICS", METRICS));
        hub.namespace().write("/proc/sys/net/ipv4/ip_forward", "1");
        for (Program program : List.of(Program.WIREGUARD_GO, Program.CULVERT, Program.WIREGUARD_GO)) {
            Node spoke = Node.start(program, SPOKES.size() + HUB_PORT + 1, Map.of());
            SPOKES.add(spoke);
            hub.daemon().wg().set("peer", spoke.key().pub(), "allowed-ips", spoke.address() + "/32");
            spoke.daemon()
                    .wg()
                    .set(
                            "peer",
                            hub.key().pub(),
                            "allowed-ips",
                            NET + "0/24",
                            "endpoint",
                            "127.0.0.1:" + HUB_PORT,
                            "persistent-keepalive",
                            "20");
            Ping.once(spoke.namespace(), hub.address());
        }
    }

    @AfterAll
    static void close() {
        SPOKES.forEach(Node::close);
        if (hub != null) {
            hub.close();
        }
        OUTSIDE.close();
    }

    @Test
    void everySpokeReachesEveryOther() {
        for (Node from : SPOKES) {
            for (Node to : SPOKES) {
                if (from != to) {
                    Ping.once(from.namespace(), to.address());
                }
            }
        }
    }

    /** The hub's kernel would tell the spokes to send to each other directly. */
    @Test
    void hubSendsNoRedirects() {
        Ping.once(SPOKES.getLast().namespace(), SPOKES.getFirst().address());
        assertThat(hub.namespace().counter("Icmp", "OutRedirects")).isZero();
    }

    /**
     * The kernel gives a peer's packets to the socket of the worker that is its home, by the receiver index in them. So
     * the worker that counts a peer's packets also receives them. The peers do not all have the same home.
     */
    @Test
    void kernelSteersPacketsToThePeersHome() {
        Set<Integer> homes = new HashSet<>();
        for (Node spoke : SPOKES) {
            long[] countedBefore = byWorker("culvert_received_bytes_total\\{.*worker=\"%d\"}");
            long[] arrivedBefore = byWorker("culvert_io_total\\{event=\"udp_receives\",.*worker=\"%d\"}");
            Iperf.udp(spoke.namespace(), hub.namespace(), hub.address());
            long[] counted = byWorker("culvert_received_bytes_total\\{.*worker=\"%d\"}");
            long[] arrived = byWorker("culvert_io_total\\{event=\"udp_receives\",.*worker=\"%d\"}");
            int home = 0;
            for (int i = 0; i < WORKERS; i++) {
                counted[i] -= countedBefore[i];
                arrived[i] -= arrivedBefore[i];
                home = counted[i] > counted[home] ? i : home;
            }
            homes.add(home);
            assertThat(arrived[home]).as("receive calls with data at the home").isGreaterThan(100);
            for (int i = 0; i < WORKERS; i++) {
                // Handshakes and the keepalives of other peers arrive at any worker.
                assertThat(i == home ? 0 : arrived[i])
                        .as("receive calls at another worker, beside %d at the home", arrived[home])
                        .isLessThan(20);
            }
        }
        assertThat(homes).hasSizeGreaterThan(1);
    }

    private static long[] byWorker(String series) {
        Metrics metrics = Metrics.of(OUTSIDE, METRICS);
        return IntStream.range(0, WORKERS)
                .mapToLong(worker -> (long) metrics.sum(series.formatted(worker)))
                .toArray();
    }

    @Test
    void streamsPassFromSpokeToSpoke() {
        for (int i = 0; i < SPOKES.size(); i++) {
            Node from = SPOKES.get(i);
            Node to = SPOKES.get((i + 1) % SPOKES.size());
            Iperf.tcp(from.namespace(), to.namespace(), to.address(), "-P", "2");
            Iperf.udp(from.namespace(), to.namespace(), to.address());
        }
    }
}
