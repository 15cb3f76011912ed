// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packets of protocols that the tunnel knows nothing of come out as they went in. */
@OnHost("gcc")
class InnerProtocolsTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final String LIMIT_SECONDS = "20";
    private static final String MULTICAST_IPV4 = "224.1.2.3";
    private static final String MULTICAST_IPV6 = "ff05::1:3";

    /** IGMP, IP in IP, DCCP, IPv6 in IP, RSVP, GRE, ESP, AH, OSPF, PIM, SCTP, UDP-Lite, and one for experiments. */
    private static final List<Integer> PROTOCOLS = List.of(2, 4, 33, 41, 46, 47, 50, 51, 89, 103, 132, 136, 253);

    private static String ipv4(int protocol, String to, byte[] payload, int... options) throws Exception {
        int header = 20 + options.length;
        ByteBuffer packet = ByteBuffer.allocate(header + payload.length);
        packet.put((byte) (0x40 | header / 4)).put((byte) 0).putShort((short) packet.capacity());
        packet.putInt(0x1234_4000).put((byte) 9).put((byte) protocol).putShort((short) 0);
        packet.put(InetAddress.getByName(Tunnel.FIRST_IPV4).getAddress());
        packet.put(InetAddress.getByName(to).getAddress());
        for (int option : options) {
            packet.put((byte) option);
        }
        packet.put(payload);
        int sum = 0;
        for (int i = 0; i < header; i += 2) {
            sum += packet.getShort(i) & 0xffff;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        packet.putShort(10, (short) ~sum);
        return HEX.formatHex(packet.array());
    }

    private static String ipv6(int next, String to, byte[] payload) throws Exception {
        ByteBuffer packet = ByteBuffer.allocate(40 + payload.length);
        packet.putInt(0x6000_0000 | 0x54321).putShort((short) payload.length);
        packet.put((byte) next).put((byte) 9);
        packet.put(InetAddress.getByName(Tunnel.FIRST_IPV6).getAddress());
        packet.put(InetAddress.getByName(to).getAddress());
        packet.put(payload);
        return HEX.formatHex(packet.array());
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 7 + length);
        }
        return bytes;
    }

    /** A segment with the options of MPTCP: MP_CAPABLE, DSS with a mapping, ADD_ADDR (RFC 8684). */
    private static List<byte[]> mptcp() {
        return Stream.of(
                        "1e0c0181 0102030405060708",
                        "1e1420050000000100000002000000010514aabb 00000000",
                        "1e08010a0a000001 01010101")
                .map(option -> HEX.parseHex(option.replace(" ", "")))
                .map(option -> {
                    int padded = option.length + 3 & -4;
                    ByteBuffer segment = ByteBuffer.allocate(20 + padded + 77);
                    segment.putShort((short) 40000)
                            .putShort((short) 443)
                            .putInt(1000)
                            .putInt(2000);
                    segment.put((byte) (20 + padded << 2)).put((byte) 0x18).putShort((short) 512);
                    segment.putInt(0).put(option);
                    segment.position(20 + padded);
                    segment.put(bytes(77));
                    return segment.array();
                })
                .toList();
    }

    private static List<String> packets() throws Exception {
        List<String> packets = new ArrayList<>();
        for (int protocol : PROTOCOLS) {
            for (int length : new int[] {1, 24, 1200}) {
                packets.add(ipv4(protocol, Tunnel.SECOND_IPV4, bytes(length)));
                packets.add(ipv6(protocol, Tunnel.SECOND_IPV6, bytes(length)));
            }
        }
        for (byte[] segment : mptcp()) {
            packets.add(ipv4(6, Tunnel.SECOND_IPV4, segment));
            packets.add(ipv6(6, Tunnel.SECOND_IPV6, segment));
        }
        byte[] datagram = HEX.parseHex("9c4001bb00100000" + "0011223344556677");
        packets.add(ipv4(17, MULTICAST_IPV4, datagram));
        packets.add(ipv6(17, MULTICAST_IPV6, datagram));
        // A router alert (RFC 2113), and a record of the route.
        packets.add(ipv4(17, Tunnel.SECOND_IPV4, datagram, 0x94, 4, 0, 0));
        packets.add(ipv4(17, Tunnel.SECOND_IPV4, datagram, 7, 7, 4, 0, 0, 0, 0, 0));
        // Extension headers of RFC 8200: hop-by-hop options, routing (RFC 8754), fragment, destination options,
        // several;
        // and the mobility header (RFC 6275).
        String hop = "0502000001000000";
        packets.add(ipv6(0, Tunnel.SECOND_IPV6, HEX.parseHex("1100" + hop.substring(0, 12) + HEX.formatHex(datagram))));
        String segments = "1102040000000000" + "fd000000000000000000000000000009";
        packets.add(ipv6(43, Tunnel.SECOND_IPV6, HEX.parseHex(segments + HEX.formatHex(datagram))));
        packets.add(ipv6(44, Tunnel.SECOND_IPV6, HEX.parseHex("1100000177777777" + HEX.formatHex(bytes(64)))));
        packets.add(ipv6(60, Tunnel.SECOND_IPV6, HEX.parseHex("1100010400000000" + HEX.formatHex(datagram))));
        String chain = "3c00010400000000" + "2b00010400000000" + segments;
        packets.add(ipv6(0, Tunnel.SECOND_IPV6, HEX.parseHex(chain + HEX.formatHex(datagram))));
        packets.add(ipv6(135, Tunnel.SECOND_IPV6, HEX.parseHex("3b00000000000000")));
        return packets;
    }

    @Test
    void packetsOfOtherProtocolsPassUnchanged(@TempDir Path directory) throws Exception {
        Path program = directory.resolve("packets");
        Path source = Repository.root().resolve("src/test/kernel/packets.c");
        Command.output("gcc", "-O2", "-Wall", "-Werror", "-o", program.toString(), source.toString());
        assertUnchanged(program, Program.CULVERT, Program.WIREGUARD_GO);
        assertUnchanged(program, Program.WIREGUARD_GO, Program.CULVERT);
    }

    private static void assertUnchanged(Path program, Program first, Program second) throws Exception {
        List<String> packets = packets();
        try (Tunnel tunnel = Tunnel.create(first, second)) {
            tunnel.configure();
            tunnel.connectIpv4();
            String all = Tunnel.SECOND_IPV4 + "/32," + Tunnel.SECOND_IPV6 + "/128," + MULTICAST_IPV4 + "/32,"
                    + MULTICAST_IPV6 + "/128";
            tunnel.first().wg().set("peer", tunnel.secondKey().pub(), "allowed-ips", all);
            // A session, so that no packet waits for one.
            Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
            assertThat(arrived(program, tunnel, packets)).containsExactlyInAnyOrderElementsOf(packets);
        }
    }

    /** What comes out of the second interface when the first is sent the packets; less if some are lost. */
    private static List<String> arrived(Path program, Tunnel tunnel, List<String> packets) throws Exception {
        String[] receiver = {
            "timeout", LIMIT_SECONDS, program.toString(), tunnel.second().device(), "receive", "" + packets.size()
        };
        Process receive = new ProcessBuilder(tunnel.secondSide().network().commandLine(receiver))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader lines = receive.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("ready");
            tunnel.firstSide()
                    .command(program.toString(), tunnel.first().device(), "send")
                    .input(String.join("\n", packets) + "\n")
                    .run()
                    .expectSuccess();
            return lines.lines().toList();
        } finally {
            receive.destroy();
        }
    }
}
