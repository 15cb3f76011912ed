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
 * Cutting a super-packet of 45 segments into packets with headers and checksums, each at its place in a train's slab; to be
 * compared with what a copy of the same bytes takes, packet by packet and without a checksum.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SegmentationBenchmark {
    /** How many packets become of one. */
    public static final int SEGMENTS = 45;
    /** Their length with headers, as the default MTU has it. */
    public static final int MTU = 1420;

    private static final int STRIDE = MTU + 32;

    /** {@code culvert} or {@code copy}. */
    @Param({"culvert"})
    public String contender;

    /** {@code tcp4}, {@code tcp6} or {@code udp4}. */
    @Param({"tcp4"})
    public String flow;

    private long source;
    private long slab;
    private int bytes;
    private Segmenter segmenter;

    /** What the flow's super-packets are like. */
    static InnerPackets packets(String flow) {
        InnerPackets headers = new InnerPackets(flow.endsWith("6"), flow.startsWith("tcp"), 0, 1);
        return new InnerPackets(headers.ipv6(), headers.tcp(), MTU - headers.headerBytes(), SEGMENTS);
    }

    /** Lays the super-packet. */
    @Setup
    public void setUp() {
        InnerPackets packets = packets(flow);
        bytes = packets.bytes();
        source = Memory.allocate(bytes, 64);
        slab = Memory.allocate(SEGMENTS * STRIDE + 64, 64);
        packets.lay(source, InnerPackets.peerAddress(0), InnerPackets.peerAddress(1), 1);
        segmenter = contender.equals("culvert") ? new Segmenter() : null;
    }

    /** One super-packet. */
    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public long segment() {
        return segmenter == null ? copy() : cut();
    }

    private long cut() {
        if (!segmenter.start(source, bytes) || segmenter.segments() != SEGMENTS) {
            throw new IllegalStateException("not the super-packet that was laid");
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
