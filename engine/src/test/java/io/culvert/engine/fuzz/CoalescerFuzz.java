// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.culvert.engine.packet.VirtioNetHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * Any packets of an authenticated peer, and such as a flow would have. What the coalescer writes is segmented into the
 * same packets in the same order, except for what it says that it takes as right: transport checksums, and the
 * identification of IPv4 packets that must not be fragmented.
 */
public final class CoalescerFuzz {
    private static final int MOST_PACKETS = 64;

    private CoalescerFuzz() {}

    /** One input. */
    public static void fuzzerTestOneInput(FuzzedDataProvider data) {
        List<byte[]> packets = new ArrayList<>();
        byte[] last = data.consumeBytes(data.consumeInt(20, 120));
        while (data.remainingBytes() > 0 && packets.size() < MOST_PACKETS) {
            last = next(data, last);
            byte[] packet = NaiveIp.trimmed(last);
            if (packet != null) {
                packets.add(packet);
            }
        }
        List<byte[]> restored = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (byte[] written : SegmenterFuzz.coalesce(packets)) {
            List<byte[]> segments = SegmenterFuzz.segment(written);
            boolean merged = segments.size() > 1;
            for (byte[] segment : segments) {
                if (expected.size() < packets.size()) {
                    byte[] packet = packets.get(expected.size());
                    expected.add(merged ? Equality.normalized(packet) : packet);
                }
                restored.add(merged ? Equality.normalized(segment) : segment);
            }
            checkHeader(written, merged);
        }
        expected.addAll(packets.subList(expected.size(), packets.size()));
        Equality.check(restored, expected);
    }

    /** The packet that follows another one in its flow, or one that nearly does, or any bytes. */
    private static byte[] next(FuzzedDataProvider data, byte[] last) {
        int kind = data.consumeInt(0, 7);
        if (kind == 0) {
            return data.consumeBytes(data.consumeInt(0, 200));
        }
        if (kind == 1) {
            byte[] changed = last.clone();
            if (changed.length > 0) {
                changed[data.consumeInt(0, changed.length - 1)] = data.consumeByte();
            }
            return changed;
        }
        return Flow.next(last, kind == 2 ? data.consumeInt(0, 100) : -1, kind == 3);
    }

    private static void checkHeader(byte[] written, boolean merged) {
        boolean gso = written[1] != VirtioNetHeader.GSO_NONE;
        if (gso != merged) {
            throw new AssertionError("a super-packet of one segment");
        }
    }
}
