// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link Segmenter} and super-packets inside UDP tunnels. */
class UdpTunnelTest {
    private static final int VXLAN = 8;
    private static final int ETHERNET = 14;
    private static final int UDP = 8;
    private static final int ID = 0xfffd;

    /**
     * A super-packet inside a tunnel.
     *
     * @param headers bytes of tunnel and Ethernet headers
     */
    private record Shape(boolean outerIpv6, boolean ipv6, boolean tcp, boolean checksum, int headers) {
        int network() {
            return (outerIpv6 ? 40 : 20) + UDP + headers;
        }

        int transport() {
            return network() + (ipv6 ? 40 : 20);
        }

        byte[] inner(int payload) {
            return tcp
                    ? Packets.tcp(ipv6, ID, -1000, Packets.ACK | Packets.PSH | Packets.CWR, payload)
                    : Packets.udp(ipv6, ID, payload, 9);
        }

        int checksumOffset() {
            return tcp ? 16 : 6;
        }

        int type() {
            int tcpType = ipv6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4;
            return tcp ? tcpType : VirtioNetHeader.GSO_UDP_L4;
        }

        /** A datagram of the tunnel, with the outer checksum if there is one. */
        byte[] encapsulate(int id, byte[] innerPacket) {
            byte[] outer = Packets.udp(outerIpv6, 4789, id, headers + innerPacket.length, 0);
            int udp = network() - headers - UDP;
            for (int i = 0; i < headers; i++) {
                outer[udp + UDP + i] = (byte) (i * 37 + 1);
            }
            System.arraycopy(innerPacket, 0, outer, network(), innerPacket.length);
            Packets.complete(outer);
            if (!checksum) {
                Packets.put(outer, udp + 6, 0);
            }
            return outer;
        }

        /** The super-packet as the kernel leaves it: both checksums are sums of pseudo-headers. */
        byte[] whole(int payload) {
            byte[] innerPacket = inner(payload);
            int at = transport() - network();
            Packets.put(innerPacket, at + checksumOffset(), Packets.pseudo(innerPacket, innerPacket.length - at));
            byte[] outer = encapsulate(ID, innerPacket);
            int udp = network() - headers - UDP;
            Packets.put(outer, udp + 6, checksum ? Packets.pseudo(outer, outer.length - udp) : 0);
            return outer;
        }

        byte[] header(int size) {
            byte[] header = SegmenterTest.vnet(type(), size, transport(), checksumOffset());
            header[1] |= (byte) (outerIpv6 ? VirtioNetHeader.GSO_UDP_TUNNEL_IPV6 : VirtioNetHeader.GSO_UDP_TUNNEL_IPV4);
            ByteBuffer.wrap(header)
                    .order(ByteOrder.nativeOrder())
                    .putShort(20, (short) (network() - headers - UDP))
                    .putShort(22, (short) network());
            return header;
        }

        static Shape draw(Draw draw) {
            int options = 4 * draw.integer(0, 63);
            return new Shape(draw.bool(), draw.bool(), draw.bool(), draw.bool(), VXLAN + options + ETHERNET);
        }
    }

    private static List<byte[]> segments(byte[] header, byte[] packet) {
        List<byte[]> segments = new ArrayList<>();
        SegmenterTest.withVnet(header, packet, source -> {
            Segmenter segmenter = new Segmenter();
            boolean started = segmenter.start(source, VirtioNetHeader.BYTES + packet.length);
            assertThat(segmenter.segments() > 0).isEqualTo(started);
            segments.addAll(SegmenterTest.all(segmenter));
        });
        return segments;
    }

    /** Segmenting an encapsulated super-packet is segmenting the inner one and encapsulating each segment. */
    @Test
    void segmentsAreThoseOfTheInnerSuperPacketEncapsulated() {
        Laws.check(draw -> {
            Shape shape = Shape.draw(draw);
            int payload = draw.integer(1, 5000);
            int size = draw.integer(1, 1400);
            if (payload / size > 100) {
                size = 100;
            }

            byte[] inner = shape.inner(payload);
            int at = shape.transport() - shape.network();
            Packets.put(inner, at + shape.checksumOffset(), Packets.pseudo(inner, inner.length - at));
            byte[] plain = SegmenterTest.vnet(shape.type(), size, at, shape.checksumOffset());
            List<byte[]> expected = segments(plain, inner);
            List<byte[]> actual = segments(shape.header(size), shape.whole(payload));
            assertThat(actual).hasSize((payload + size - 1) / size).hasSameSizeAs(expected);
            for (int i = 0; i < actual.size(); i++) {
                assertThat(actual.get(i)).isEqualTo(shape.encapsulate(ID + i, expected.get(i)));
            }
        });
    }

    @ParameterizedTest(name = "outer UDP at {0}, inner IP at {1}")
    @CsvSource({
        "0, 50",
        "19, 50",
        "24, 50",
        "20, 20",
        "20, 27",
        "20, 28",
        "20, 49",
        "20, 52",
        "20, 90",
        "20, 4000",
        "20, 65535",
        "65535, 50",
        "50, 20"
    })
    void wrongOffsetsAreMalformed(int udp, int network) {
        Shape shape = new Shape(false, false, true, true, VXLAN + ETHERNET);
        byte[] header = shape.header(1000);
        assertThat(segments(header, shape.whole(3000))).hasSize(3);
        ByteBuffer.wrap(header)
                .order(ByteOrder.nativeOrder())
                .putShort(20, (short) udp)
                .putShort(22, (short) network);
        assertThat(segments(header, shape.whole(3000))).isEmpty();
    }

    @Test
    void malformedHeadersNeitherThrowNorReadOutOfBounds() {
        Laws.check(5000, draw -> {
            Shape shape = Shape.draw(draw);
            byte[] whole = shape.whole(draw.integer(1, 100));
            byte[] packet = Arrays.copyOf(whole, draw.integer(0, whole.length));
            byte[] header = shape.header(draw.integer(0, 20));
            byte[] noise = draw.bytes(8, 8);
            header[(noise[0] & 0xff) % header.length] ^= noise[1];
            header[20 + (noise[2] & 3)] ^= noise[3];
            for (int i = 4; i < 8 && packet.length > 0; i += 2) {
                packet[(noise[i] & 0xff) % packet.length] ^= noise[i + 1];
            }

            segments(header, packet);
        });
    }
}
