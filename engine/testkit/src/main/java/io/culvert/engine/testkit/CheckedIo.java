// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks that a worker keeps the contract of {@link WorkerIo}. It throws an {@link AssertionError} if the worker
 *
 * <ul>
 *   <li>releases a buffer twice or never,
 *   <li>changes memory between queueing a write or send and the flush,
 *   <li>writes or sends what the kernel would refuse.
 * </ul>
 *
 * <p>Released buffers are overwritten with a pattern, so that a worker that still uses one corrupts its packets. Writes
 * and sends reach the other I/O at the flush, in their order.
 */
public final class CheckedIo implements WorkerIo {
    private static final byte PATTERN = (byte) 0xa5;
    private static final int HEADROOM = 64;
    private static final int MAX_WRITE_BYTES = VNET_HEADER_BYTES + 65_535;

    private final WorkerIo io;
    private final Map<Integer, Region> inUse = new HashMap<>();
    private final List<Queued> queued = new ArrayList<>();

    /** The memory of a buffer. */
    private record Region(long begin, long end) {}

    /** A write or send that waits for the flush; {@code to} is null for queue {@code segment} of the TUN. */
    private record Queued(
            long address, byte[] content, int segment, UdpEndpoint to, int ecn, int dscp, SendOwner owner) {}

    /** Checks the use of {@code io}. */
    public CheckedIo(WorkerIo io) {
        this.io = io;
    }

    private static void check(boolean condition, String format, Object... arguments) {
        if (!condition) {
            throw new AssertionError(format.formatted(arguments));
        }
    }

    @Override
    public void poll() {
        io.poll();
    }

    @Override
    public boolean isTunReadable() {
        return io.isTunReadable();
    }

    @Override
    public int readTun(long address) {
        return io.readTun(address);
    }

    @Override
    public void softwareSegmentation() {
        io.softwareSegmentation();
    }

    @Override
    public boolean isTunRemoved() {
        return io.isTunRemoved();
    }

    @Override
    public boolean isUdpReadable() {
        return io.isUdpReadable();
    }

    @Override
    public boolean hasUdpBuffer() {
        return io.hasUdpBuffer();
    }

    @Override
    public int receive(int limit, Sink sink) {
        check(io.isUdpReadable(), "receive without a readable socket");
        return io.receive(limit, (buffer, address, length, end, segment, from, ecn) -> {
            inUse.put(buffer, new Region(address - HEADROOM, end));
            sink.onDatagrams(buffer, address, length, end, segment, from, ecn);
        });
    }

    @Override
    public void releaseUdp(int buffer) {
        Region region = inUse.remove(buffer);
        check(region != null, "UDP buffer %d was released but is not in use", buffer);
        Memory.segment(region.begin, region.end - region.begin).fill(PATTERN);
        io.releaseUdp(buffer);
    }

    @Override
    public int groKinds() {
        return io.groKinds();
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        check(length > VNET_HEADER_BYTES && length <= MAX_WRITE_BYTES, "TUN write of %d bytes", length);
        queued.add(new Queued(address, content(address, length), queue, null, 0, 0, null));
    }

    @Override
    public void send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp, SendOwner owner) {
        int limit = segment < length ? MAX_SEGMENTED_BYTES : MAX_SEND_BYTES;
        check(length >= 1 && length <= limit, "send of %d bytes", length);
        check(segment >= 1 && segment <= length, "segments of %d bytes in a send of %d", segment, length);
        check((length + segment - 1) / segment <= MAX_SEND_SEGMENTS, "send of %d segments", length / segment);
        check(to.isSet(), "send without a receiver");
        check(ecn >= 0 && ecn <= 3 && (dscp & ~0xfc) == 0, "ECN %d, DSCP %#x", ecn, dscp);
        UdpEndpoint copy = new UdpEndpoint();
        copy.copyFrom(to);
        if (!to.usesSource()) {
            copy.clearSource();
        }
        queued.add(new Queued(address, content(address, length), segment, copy, ecn, dscp, owner));
    }

    @Override
    public int routes() {
        return io.routes();
    }

    @Override
    public boolean isRouted(UdpEndpoint to) {
        check(to.hasSource(), "a look-up without a source");
        return io.isRouted(to);
    }

    private static byte[] content(long address, int length) {
        byte[] bytes = new byte[length];
        Memory.copy(address, bytes, 0, length);
        return bytes;
    }

    @Override
    public void flush() {
        for (Queued item : queued) {
            int length = item.content.length;
            check(Arrays.equals(content(item.address, length), item.content), "queued memory changed before the flush");
            if (item.to == null) {
                io.writeTun(item.segment, item.address, length);
            } else {
                io.send(item.address, length, item.segment, item.to, item.ecn, item.dscp, item.owner);
            }
        }
        queued.clear();
        io.flush();
    }

    @Override
    public void attach(UdpPort port) {
        for (Queued item : queued) {
            if (item.owner != null) {
                int length = item.content.length;
                item.owner.onRefused((length + item.segment - 1) / item.segment, length);
            }
        }
        queued.removeIf(item -> item.to != null);
        io.attach(port);
    }

    @Override
    public void park(long nanos, long minWaitNanos) {
        io.park(nanos, minWaitNanos);
    }

    @Override
    public void wake() {
        io.wake();
    }

    @Override
    public long runDelay() {
        return io.runDelay();
    }

    @Override
    public boolean hasSurplusMemory() {
        return io.hasSurplusMemory();
    }

    @Override
    public void discardSurplusMemory() {
        io.discardSurplusMemory();
    }

    @Override
    public IoCounters counters() {
        return io.counters();
    }

    @Override
    public void close() {
        io.close();
        check(inUse.isEmpty(), "UDP buffers %s were never released", inUse.keySet());
    }
}
