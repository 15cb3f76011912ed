// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import java.lang.module.ModuleDescriptor;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two gateways forward for a host behind each of them, the first with NAT and connection tracking. The kernel must give
 * forwarded super-packets to the TUN whole, in both directions: segmented in software they overflow its queue.
 *
 * <pre>
 *   host -- first gateway ==== second gateway -- host
 * </pre>
 */
@OnHost({"iperf3", "nft"})
class ForwardingTest {
    /** Of a packet or super-packet from the TUN. A bare acknowledgement has 52 bytes, so the mean is below 64 KiB. */
    private static final long MEAN_BYTES = 8 * 1024;
    /** So many that a socket's default receive buffer holds them all. */
    private static final int SEGMENTS = 40;

    private static final int SEGMENT_BYTES = 1200;
    private static final int SENDS = 50;

    private static Tunnel tunnel;
    private static Namespace firstHost;
    private static Namespace secondHost;

    @BeforeAll
    static void create() {
        tunnel = Tunnel.create(Program.CULVERT, Program.CULVERT);
        tunnel.configure();
        tunnel.connectIpv4();
        firstHost = behind(tunnel.first(), 1, tunnel.secondKey(), 2);
        secondHost = behind(tunnel.second(), 2, tunnel.firstKey(), 1);
        tunnel.firstSide()
                .output(
                        "nft",
                        "add table ip nat; add chain ip nat out { type nat hook postrouting priority srcnat; };"
                                + " add rule ip nat out oifname "
                                + tunnel.first().device() + " masquerade");
        Ping.once(firstHost, "10.18.2.2");
    }

    /** A host behind a gateway, whose peer shall carry the packets of the network behind the other gateway. */
    private static Namespace behind(Daemon gateway, int side, Key peer, int otherSide) {
        Namespace host = Namespace.create();
        Namespace inside = gateway.namespace();
        Namespace.connect(inside, "10.18." + side + ".1/24", host, "10.18." + side + ".2/24");
        inside.ip("-6", "address", "add", "fd18:" + side + "::1/64", "dev", "veth0", "nodad");
        // A router asks for the link-layer address of a host from a link-local address, which namespaces here lack.
        inside.ip("-6", "address", "add", "fe80::1/64", "dev", "veth0", "nodad");
        host.ip("-6", "address", "add", "fd18:" + side + "::2/64", "dev", "veth0", "nodad");
        host.ip("link", "set", "veth0", "mtu", Integer.toString(Tunnel.MTU));
        host.ip("route", "add", "default", "via", "10.18." + side + ".1");
        host.ip("-6", "route", "add", "default", "via", "fd18:" + side + "::1");
        inside.write("/proc/sys/net/ipv4/ip_forward", "1");
        inside.write("/proc/sys/net/ipv6/conf/all/forwarding", "1");
        List<String> networks = List.of("10.18." + otherSide + ".0/24", "fd18:" + otherSide + "::/64");
        String ends = otherSide == 1
                ? Tunnel.FIRST_IPV4 + "/32," + Tunnel.FIRST_IPV6 + "/128"
                : Tunnel.SECOND_IPV4 + "/32," + Tunnel.SECOND_IPV6 + "/128";
        gateway.wg().set("peer", peer.pub(), "allowed-ips", ends + "," + String.join(",", networks));
        networks.forEach(network -> inside.ip("route", "add", network, "dev", gateway.device()));
        return host;
    }

    @AfterAll
    static void close() {
        tunnel.close();
        firstHost.close();
        secondHost.close();
    }

    private static long statistic(Daemon gateway, String name) {
        return Long.parseLong(
                gateway.namespace().output("cat", "/sys/class/net/" + gateway.device() + "/statistics/" + name));
    }

    private static void assertSuperPacketsPass(Namespace from, Namespace to, String address) {
        Daemon sender = from == firstHost ? tunnel.first() : tunnel.second();
        long packets = statistic(sender, "tx_packets");
        long bytes = statistic(sender, "tx_bytes");
        long drops = statistic(sender, "tx_dropped");
        Iperf.tcp(from, to, address);
        packets = statistic(sender, "tx_packets") - packets;
        bytes = statistic(sender, "tx_bytes") - bytes;
        assertThat(bytes / packets).as("mean bytes of %d packets", packets).isGreaterThan(MEAN_BYTES);
        assertThat(statistic(sender, "tx_dropped")).isEqualTo(drops);
    }

    /** Scenario 33 of the kernel's netns test: connection tracking takes the error to the host behind the NAT. */
    @ParameterizedTest
    @CsvSource({"10.19.0.1, 10.19.0.0/24, Destination Host Unreachable", "fd19::1, fd19::/64, Address unreachable"})
    void packetsWithoutAPeerAreAnsweredByIcmp(String destination, String network, String error) {
        tunnel.firstSide().ip("route", "add", network, "dev", tunnel.first().device());
        for (Namespace sender : List.of(firstHost, tunnel.firstSide())) {
            assertThat(Ping.tryOnce(sender, destination).output())
                    .contains("From " + destination)
                    .contains(error);
        }
    }

    @Test
    void superPacketsPassWholeBehindNat() {
        assertSuperPacketsPass(firstHost, secondHost, "10.18.2.2");
    }

    @Test
    void superPacketsPassWholeOverIpv6() {
        assertSuperPacketsPass(firstHost, secondHost, "fd18:2::2");
        assertSuperPacketsPass(secondHost, firstHost, "fd18:1::2");
    }

    /** UDP_SEGMENT at a host makes one super-packet of each send; UDP_GRO at the far gateway's TUN makes one again. */
    private static void assertDatagramsPassWhole(Namespace from, Namespace to, String address) throws Exception {
        Daemon sender = from == firstHost ? tunnel.first() : tunnel.second();
        Daemon receiver = from == firstHost ? tunnel.second() : tunnel.first();
        long sent = statistic(sender, "tx_packets");
        long written = statistic(receiver, "rx_packets");
        byte[] datagrams = new byte[SEGMENTS * SEGMENT_BYTES];
        new Random(1).nextBytes(datagrams);
        long memory = Memory.allocate(datagrams.length, Long.BYTES);
        int socket = from.network().call(() -> Linux.socket(family(address), linux_h.SOCK_DGRAM, 0));
        try (DatagramSocket target = to.network().call(() -> new DatagramSocket(0, InetAddress.getByName(address)));
                SendQueue queue = new SendQueue(new CallState(), new IoCounters())) {
            target.setSoTimeout(10_000);
            queue.attach(socket, true);
            Memory.copy(datagrams, 0, memory, datagrams.length);
            UdpEndpoint endpoint = new UdpEndpoint();
            endpoint.set((InetSocketAddress) target.getLocalSocketAddress());
            for (int i = 0; i < SENDS; i++) {
                queue.add(memory, datagrams.length, SEGMENT_BYTES, endpoint, 0, (lost, bytes) -> {});
                queue.send();
                for (int at = 0; at < datagrams.length; at += SEGMENT_BYTES) {
                    DatagramPacket packet = new DatagramPacket(new byte[2 * SEGMENT_BYTES], 2 * SEGMENT_BYTES);
                    target.receive(packet);
                    assertThat(Arrays.copyOf(packet.getData(), packet.getLength()))
                            .isEqualTo(Arrays.copyOfRange(datagrams, at, at + SEGMENT_BYTES));
                }
            }
        } finally {
            Linux.close(socket);
            Memory.free(memory);
        }
        assertThat(statistic(sender, "tx_packets") - sent)
                .as("read from the TUN")
                .isLessThan(2 * SENDS);
        assertThat(statistic(receiver, "rx_packets") - written)
                .as("written to the TUN")
                .isLessThan(SENDS * SEGMENTS / 4);
    }

    private static int family(String address) {
        return address.contains(":") ? linux_h.AF_INET6 : linux_h.AF_INET;
    }

    @Test
    void datagramsPassWholeBehindNatAndOverIpv6() throws Exception {
        assumeTrue(
                ModuleDescriptor.Version.parse(System.getProperty("os.version").replaceFirst("[^0-9.].*", ""))
                                .compareTo(ModuleDescriptor.Version.parse("6.2"))
                        >= 0,
                "needs Linux 6.2: a TUN of older ones takes no UDP super-packets");
        assertDatagramsPassWhole(firstHost, secondHost, "10.18.2.2");
        assertDatagramsPassWhole(firstHost, secondHost, "fd18:2::2");
        assertDatagramsPassWhole(secondHost, firstHost, "fd18:1::2");
    }

    @Test
    void datagramsPass() {
        Iperf.udp(firstHost, secondHost, "10.18.2.2");
        Iperf.udp(secondHost, firstHost, "fd18:1::2");
    }
}
