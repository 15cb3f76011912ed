// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.packet.Segmenter;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Segmenting a super-packet of 45 segments into packets with headers and checksums, at their final addresses in a
 * train's slab. The reference is a copy of the same bytes, packet by packet and without checksums.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SegmentationBenchmark {
    /** Segments of the super-packet. */
    public static final int SEGMENTS = 45;
    /** Bytes of a segment with headers: the default MTU. */
    public static final int MTU = 1420;

    private static final int STRIDE = MTU + 32;

    /** {@code culvert} or {@code copy}. */
    @Param({"culvert"})
    public String implementation;

    /** {@code tcp4}, {@code tcp6} or {@code udp4}. */
    @Param({"tcp4"})
    public String flow;

    private long source;
    private long slab;
    private int bytes;
    private Segmenter segmenter;

    /** The super-packets of a flow. */
    static InnerPackets packets(String flow) {
        InnerPackets headers = new InnerPackets(flow.endsWith("6"), flow.startsWith("tcp"), 0, 1);
        return new InnerPackets(headers.ipv6(), headers.tcp(), MTU - headers.headerBytes(), SEGMENTS);
    }

    /** Writes the super-packet. */
    @Setup
    public void setUp() {
        InnerPackets packets = packets(flow);
        bytes = packets.bytes();
        source = Memory.allocate(bytes, 64);
        slab = Memory.allocate(SEGMENTS * STRIDE + 64, 64);
        packets.lay(source, InnerPackets.peerAddress(0), InnerPackets.peerAddress(1), 1);
        segmenter = implementation.equals("culvert") ? new Segmenter() : null;
    }

    /** One super-packet. */
    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public long segment() {
        return segmenter == null ? copy() : segmentInto();
    }

    private long segmentInto() {
        if (!segmenter.start(source, bytes) || segmenter.segments() != SEGMENTS) {
            throw new IllegalStateException("the segmenter rejects the super-packet");
        }
        long target = slab + 16;
        while (segmenter.remaining() > 0) {
            segmenter.next(target);
            target += STRIDE;
        }
        return target;
    }

    private long copy() {
        long target = slab + 16;
        long from = source + VirtioNetHeader.BYTES;
        int each = (bytes - VirtioNetHeader.BYTES) / SEGMENTS;
        for (int i = 0; i < SEGMENTS; i++) {
            Memory.copy(from, target, each);
            from += each;
            target += STRIDE;
        }
        return target;
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        Memory.free(source);
        Memory.free(slab);
    }
}
