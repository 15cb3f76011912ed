// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.natives.Memory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for the staged packets of all peers of one home. When it is used up, the packets of the peer that has the
 * most make room (Longest Queue Drop; B. Suter et al., 1998): peers that never answer cannot keep others from their
 * first packets.
 *
 * <p>The longest queue is found without a search: queues whose bytes have the same highest bit are in one list, and any
 * queue of the last list that is not empty has at least half as many bytes as the longest.
 *
 * <p>{@link #copy} and {@link #free} synchronize by themselves. The lists are guarded by this object's monitor, which
 * {@link StagedPackets} enters; it is the innermost lock.
 */
final class StagingArea {
    /** The most memory for the staged packets of a device: 64 MiB, less where the process has little memory. */
    static final long MAX_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 4);
    /** What a packet takes beside its bytes: the allocator's and the queue's part. */
    static final int OVERHEAD = 128;

    /** The least for one home: several super-packets. */
    private static final long MIN_BYTES = 1L << 20;
    /** The part of the memory that is left to packets which are copied, and in no queue yet. */
    private static final int IN_TRANSIT = 8;

    /** The bytes of all staged packets, and of those in no queue yet. Any worker adds and subtracts. */
    private final AtomicLong bytes = new AtomicLong();

    private final long limit;
    /** By the number of the highest bit of their bytes: the first queue of each list. */
    private final StagedPackets[] lists = new StagedPackets[Long.SIZE];

    /** An area without packets, for one of {@code homes} workers. */
    StagingArea(int homes) {
        limit = Math.max(MAX_BYTES / homes, MIN_BYTES);
    }

    /** The bytes that are in use. Any thread. */
    long bytes() {
        return bytes.get();
    }

    /**
     * Copies a packet or super-packet with its virtio-net header; {@code null} when there is no memory. Any worker.
     *
     * @param packets the number of packets that it will be segmented into
     * @param now when it was read
     */
    StagedPackets.Staged copy(long vnetHeader, int length, int packets, long now) {
        if (bytes.addAndGet(length + OVERHEAD) > limit) {
            bytes.addAndGet(-(length + OVERHEAD));
            return null;
        }
        long address = Memory.allocate(length, 64);
        Memory.copy(vnetHeader, address, length);
        return new StagedPackets.Staged(address, length, packets, now);
    }

    /** A keepalive in place of a packet. */
    StagedPackets.Staged keepalive(long now) {
        bytes.addAndGet(OVERHEAD);
        return new StagedPackets.Staged(0, 0, 1, now);
    }

    /** Zeroes and frees the memory of a packet that no queue holds. Any worker. */
    void free(StagedPackets.Staged staged) {
        if (staged.length() != 0) {
            Memory.zero(staged.address(), staged.length());
            Memory.free(staged.address());
        }
        bytes.addAndGet(-(staged.length() + OVERHEAD));
    }

    /** Puts a queue into the list for its bytes. Under the monitor. */
    void resized(StagedPackets queue) {
        int list = Long.SIZE - Long.numberOfLeadingZeros(queue.bytes());
        if (list != queue.list) {
            unlink(queue);
            queue.list = list;
            link(queue);
        }
    }

    private void unlink(StagedPackets queue) {
        if (queue.list == 0) {
            return;
        }
        if (queue.previous == null) {
            lists[queue.list] = queue.next;
        } else {
            queue.previous.next = queue.next;
        }
        if (queue.next != null) {
            queue.next.previous = queue.previous;
        }
        queue.previous = null;
        queue.next = null;
    }

    private void link(StagedPackets queue) {
        if (queue.list == 0) {
            return;
        }
        StagedPackets first = lists[queue.list];
        if (first != null) {
            first.previous = queue;
        }
        queue.next = first;
        lists[queue.list] = queue;
    }

    /**
     * Drops the oldest packets of the longest queues until there is room for packets in no queue yet; returns the
     * number of those dropped. Under the monitor.
     */
    int makeRoom() {
        int dropped = 0;
        int list = lists.length - 1;
        while (list > 0 && bytes.get() > limit - limit / IN_TRANSIT) {
            if (lists[list] == null) {
                list--;
            } else {
                dropped += lists[list].dropOldest();
            }
        }
        return dropped;
    }
}
