// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.packet.Coalescer;
import io.culvert.engine.packet.Segmenter;
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
 * Coalescing 45 packets of a flow, laid out as after decryption, into one super-packet. It works in place, so a copy
 * restores the packets each time. The references are that copy alone, and a second copy that moves the payloads without
 * inspecting them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoalescingBenchmark {
    private static final int SEGMENTS = SegmentationBenchmark.SEGMENTS;
    /** A data message's header, a packet, a tag. */
    private static final int STRIDE = 16 + SegmentationBenchmark.MTU + 16;

    /** {@code culvert}, {@code copy}, {@code two-copies}. */
    @Param({"culvert"})
    public String implementation;

    /** As in {@link SegmentationBenchmark}. */
    @Param({"tcp4"})
    public String flow;

    private final Coalescer coalescer = new Coalescer();
    private final Coalescer.Output output = (vnetHeader, length) -> this.written += length;
    private long original;
    private long slab;
    private int packetBytes;
    private long written;

    /** Writes the packets. */
    @Setup
    public void setUp() {
        InnerPackets packets = SegmentationBenchmark.packets(flow);
        packetBytes = packets.segmentBytes();
        original = Memory.allocate(SEGMENTS * STRIDE, 64);
        slab = Memory.allocate(SEGMENTS * STRIDE, 64);
        long whole = Memory.allocate(packets.bytes(), 64);
        packets.lay(whole, InnerPackets.peerAddress(1), InnerPackets.peerAddress(0), 1);
        Segmenter segmenter = new Segmenter();
        segmenter.start(whole, packets.bytes());
        for (int i = 0; i < SEGMENTS; i++) {
            segmenter.next(original + (long) i * STRIDE + 16);
        }
        Memory.free(whole);
        if (implementation.equals("culvert")) {
            coalesceInPlace();
            if (written != packets.bytes()) {
                throw new IllegalStateException(written + " bytes written instead of one super-packet");
            }
        }
    }

    /** The packets of one super-packet. */
    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public long coalesce() {
        switch (implementation) {
            case "copy" -> restore();
            case "two-copies" -> {
                restore();
                for (int i = 1; i < SEGMENTS; i++) {
                    Memory.copy(slab + (long) i * STRIDE + 16, slab + 16 + (long) i * packetBytes, packetBytes);
                }
            }
            default -> coalesceInPlace();
        }
        return written;
    }

    private void coalesceInPlace() {
        restore();
        coalescer.begin(output, Coalescer.ALL);
        for (int i = 0; i < SEGMENTS; i++) {
            coalescer.add(slab + (long) i * STRIDE + 16, packetBytes, slab + (long) SEGMENTS * STRIDE);
        }
        coalescer.finish();
    }

    private void restore() {
        Memory.copy(original, slab, (long) SEGMENTS * STRIDE);
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
        Memory.free(original);
        Memory.free(slab);
    }
}
