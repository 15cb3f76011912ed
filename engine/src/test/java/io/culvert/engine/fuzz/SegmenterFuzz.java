// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import io.culvert.engine.packet.Coalescer;
import io.culvert.engine.packet.Segmenter;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Any bytes as a virtio-net header and a packet, as a TUN may deliver them. The segmenter reads nothing beyond them.
 * What it does not refuse it segments as the model does. And the segments are the same when they are coalesced and
 * segmented again.
 */
public final class SegmenterFuzz {
    private static final int HEADER = VirtioNetHeader.BYTES;
    /** Beside a packet the coalescer has room for its virtio-net header, as between two messages. */
    private static final int GAP = 32;
    /** More take long, and show nothing new. */
    private static final int MOST_SEGMENTS = 300;

    private SegmenterFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] framed) {
        if (framed.length < HEADER || framed.length > HEADER + 65_535) {
            return;
        }
        List<byte[]> segments = segment(framed);
        if (segments == null || segments.isEmpty()) {
            return;
        }
        List<byte[]> expected = expected(framed);
        if (expected != null) {
            Equality.check(segments, expected);
        }
        List<byte[]> again = new ArrayList<>();
        for (byte[] written : coalesce(segments)) {
            again.addAll(segment(written));
        }
        Equality.check(again, segments);
    }

    /** The segments; none if the packet is refused, {@code null} if there are more than it pays to look at. */
    static List<byte[]> segment(byte[] framed) {
        List<byte[]> segments = new ArrayList<>();
        try (Guarded source = new Guarded(framed)) {
            Segmenter segmenter = new Segmenter();
            if (segmenter.start(source.address, framed.length) && segmenter.segments() > MOST_SEGMENTS) {
                return null;
            }
            for (int i = 0; segmenter.remaining() > 0; i++) {
                try (Guarded target = new Guarded(segmenter.segmentLength(i))) {
                    if (segmenter.next(target.address) != target.length) {
                        throw new AssertionError("segment " + i + " has another length than announced");
                    }
                    segments.add(target.bytes(target.length));
                }
            }
            if (!Arrays.equals(source.bytes(framed.length), framed)) {
                throw new AssertionError("the source has changed");
            }
        }
        return segments;
    }

    /** What the model makes of a packet that the engine accepts; {@code null} for UDP tunnels, which it lacks. */
    private static List<byte[]> expected(byte[] framed) {
        ByteBuffer header = ByteBuffer.wrap(framed).order(ByteOrder.nativeOrder());
        byte[] packet = Arrays.copyOfRange(framed, HEADER, framed.length);
        int type = framed[1]
                & 0xff
                & ~(VirtioNetHeader.GSO_ECN
                        | VirtioNetHeader.GSO_UDP_TUNNEL_IPV4
                        | VirtioNetHeader.GSO_UDP_TUNNEL_IPV6);
        if (type == VirtioNetHeader.GSO_NONE) {
            byte[] single = NaiveIp.trimmed(packet);
            if ((framed[0] & VirtioNetHeader.NEEDS_CSUM) != 0) {
                int start = header.getShort(6) & 0xffff;
                int at = start + (header.getShort(8) & 0xffff);
                int sum = ~NaiveIp.sum(single, start, single.length, 0) & 0xffff;
                ByteBuffer.wrap(single).putShort(at, (short) (sum == 0 ? 0xffff : sum));
            }
            return List.of(single);
        }
        if ((framed[1] & (VirtioNetHeader.GSO_UDP_TUNNEL_IPV4 | VirtioNetHeader.GSO_UDP_TUNNEL_IPV6)) != 0) {
            return null;
        }
        boolean tcp = type != VirtioNetHeader.GSO_UDP_L4;
        return NaiveIp.segments(packet, tcp, NaiveIp.transport(packet), header.getShort(4) & 0xffff);
    }

    /** What the coalescer writes of packets that follow each other in a buffer. */
    static List<byte[]> coalesce(List<byte[]> packets) {
        int bytes = packets.stream().mapToInt(packet -> packet.length + GAP).sum();
        List<byte[]> written = new ArrayList<>();
        try (Guarded buffer = new Guarded(bytes)) {
            Coalescer coalescer = new Coalescer();
            coalescer.begin((address, length) -> written.add(copy(address, length)), Coalescer.ALL);
            long at = buffer.address;
            for (byte[] packet : packets) {
                at += GAP;
                Memory.copy(packet, 0, at, packet.length);
                at += packet.length;
            }
            at = buffer.address;
            for (byte[] packet : packets) {
                at += GAP;
                coalescer.add(at, packet.length, buffer.address + bytes);
                at += packet.length;
            }
            coalescer.finish();
        }
        return written;
    }

    private static byte[] copy(long address, int length) {
        byte[] bytes = new byte[length];
        Memory.copy(address, bytes, 0, length);
        return bytes;
    }
}
