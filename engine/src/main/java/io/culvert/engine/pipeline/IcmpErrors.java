// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.IcmpUnreachable;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;

/**
 * Answers packets that have no peer, or whose peer has no endpoint, by ICMP errors into the TUN, as the kernel's
 * WireGuard does (device.c, wg_xmit): a sender need not wait for its timeout. At most 1,000 a second in bursts of 50,
 * which are the kernel's limits for all ICMP errors (icmp_msgs_per_sec, icmp_msgs_burst), and 8 for each flush.
 * Confined to one worker's thread.
 */
final class IcmpErrors implements AutoCloseable {
    private static final int ERRORS = 8;
    private static final int STRIDE = 1344;
    private static final long INTERVAL_NANOS = 1_000_000;
    private static final int BURST = 50;

    private final Worker worker;
    /** Where errors lie until the flush that writes them. */
    private final long memory = Memory.allocate((long) ERRORS * STRIDE, 64);

    /** Errors since the last flush. */
    private int count;
    /** When the next error is due at the average rate (GCRA, ITU-T I.371). */
    private long dueNanos;

    /** No errors yet. */
    IcmpErrors(Worker worker) {
        this.worker = worker;
        dueNanos = worker.now();
    }

    /** Answers a packet, given without its virtio-net header. */
    void answer(long packet, int length) {
        long now = worker.now();
        if (count == ERRORS || dueNanos - now > (BURST - 1) * INTERVAL_NANOS) {
            return;
        }
        long error = memory + (long) count * STRIDE;
        int bytes = IcmpUnreachable.write(packet, length, error + WorkerIo.VNET_HEADER_BYTES);
        if (bytes > 0) {
            VirtioNetHeader.clear(error);
            worker.io().writeTun(worker.id(), error, WorkerIo.VNET_HEADER_BYTES + bytes);
            dueNanos = Math.max(dueNanos, now) + INTERVAL_NANOS;
            count++;
        }
    }

    /** The I/O was flushed: the memory of the errors is free. */
    void flushed() {
        count = 0;
    }

    @Override
    public void close() {
        Memory.free(memory);
    }
}
