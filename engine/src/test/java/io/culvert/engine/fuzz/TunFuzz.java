// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Anything that a TUN may deliver, single packets and super-packets of any kind: the peer decrypts the segments of what
 * is well-formed and goes to it, in order, padded with zeros, and nothing else.
 */
public final class TunFuzz {
    private static final int MOST_READS = 40;

    private TunFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        try (Simulation simulation = new Simulation(1, 2)) {
            Node node = simulation.node();
            try (KeyedPeer peer = new KeyedPeer(simulation, node)) {
                // Confirms the session.
                peer.send(peer.seal(0, new byte[0]), 0);
                simulation.runUntilIdle();
                peer.received();
                List<byte[]> expected = new ArrayList<>();
                for (int i = 0; i < MOST_READS && data.remainingBytes() > 0; i++) {
                    byte[] framed = read(data);
                    List<byte[]> segments = SegmenterFuzz.segment(framed);
                    if (segments == null) {
                        continue;
                    }
                    if (!segments.isEmpty() && isToPeer(framed)) {
                        expected.addAll(segments);
                    }
                    node.tun().sendFramed(framed);
                    simulation.runUntilIdle();
                }
                Equality.check(unpadded(peer.received()), expected);
            }
        }
    }

    private static byte[] read(FuzzedDataProvider data) {
        byte[] packet = switch (data.consumeInt(0, 3)) {
            case 0 -> data.consumeBytes(data.consumeInt(1, 400));
            case 1 -> flow(data, false);
            case 2 -> flow(data, true);
            default -> {
                byte[] changed = flow(data, data.consumeBoolean());
                changed[data.consumeInt(0, Math.min(79, changed.length - 1))] = data.consumeByte();
                yield changed;
            }
        };
        ByteBuffer framed =
                ByteBuffer.allocate(VirtioNetHeader.BYTES + packet.length).order(ByteOrder.nativeOrder());
        framed.put((byte) data.consumeInt(0, 1));
        framed.put(data.pickValue(new byte[] {0, 1, 4, 5, (byte) 0x81, 0x21, 0x45, data.consumeByte()}));
        framed.putShort(data.consumeShort());
        framed.putShort((short) data.consumeInt(0, 1500));
        framed.putShort((short) (data.consumeBoolean() ? packet[0] >>> 4 == 6 ? 40 : 20 : data.consumeInt(0, 80)));
        framed.putShort((short)
                (data.consumeBoolean() ? packet[packet.length > 9 ? 9 : 0] == 6 ? 16 : 6 : data.consumeInt(0, 80)));
        framed.position(20);
        framed.putShort((short) data.consumeInt(0, 100)).putShort((short) data.consumeInt(0, 100));
        return framed.put(packet).array();
    }

    private static byte[] flow(FuzzedDataProvider data, boolean ipv6) {
        byte[] payload = new byte[data.consumeInt(0, 3000)];
        Arrays.fill(payload, data.consumeByte());
        byte[] to = ipv6 ? KeyedPeer.INNER6 : KeyedPeer.INNER4;
        return Flow.first(ipv6, data.consumeBoolean(), new byte[to.length], to, payload);
    }

    private static boolean isToPeer(byte[] framed) {
        byte[] packet = Arrays.copyOfRange(framed, VirtioNetHeader.BYTES, framed.length);
        boolean ipv4 = NaiveIp.isIpv4(packet);
        byte[] to = Arrays.copyOfRange(packet, ipv4 ? 16 : 24, ipv4 ? 20 : 40);
        return Arrays.equals(to, ipv4 ? KeyedPeer.INNER4 : KeyedPeer.INNER6);
    }

    /** Takes the padding off, which must be zeros. */
    private static List<byte[]> unpadded(List<byte[]> contents) {
        List<byte[]> packets = new ArrayList<>();
        for (byte[] content : contents) {
            byte[] packet = NaiveIp.trimmed(content);
            if (packet == null) {
                throw new AssertionError("what was sent is no packet");
            }
            for (int i = packet.length; i < content.length; i++) {
                if (content[i] != 0 || content.length - packet.length > 15) {
                    throw new AssertionError("the padding is not at most 15 zeros");
                }
            }
            packets.add(packet);
        }
        return packets;
    }
}
