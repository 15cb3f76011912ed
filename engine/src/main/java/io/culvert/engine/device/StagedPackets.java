// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.message.Limits;
import io.culvert.natives.Memory;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A peer's packets that wait for a keypair (the kernel's staged_packet_queue). At most
 * {@value Limits#MAX_STAGED_PACKETS} packets are staged before new ones displace the oldest, and the packets of all
 * peers share a limit of {@link #MAX_BYTES}. Confined to the thread of the peer's home, unless a method says
 * otherwise.
 */
final class StagedPackets {
    /** The most memory for the staged packets of a device: 64 MiB, less where the process has little memory. */
    static final long MAX_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 4);

    /**
     * A copy of one packet or super-packet with its virtio-net header; with length 0, a keepalive.
     */
    record Staged(long address, int length, int packets) {}

    /** Without packets, and never given any: an idle peer has no queue of its own. */
    static final StagedPackets NONE = new StagedPackets(new AtomicLong());

    private final ArrayDeque<Staged> queue = new ArrayDeque<>(0);
    private final AtomicLong budget;
    private int packets;

    /** An empty queue. All queues of a device share {@code budget}, the bytes that are staged. */
    StagedPackets(AtomicLong budget) {
        this.budget = budget;
    }

    /** Copies a packet; {@code null} when that would exceed {@link #MAX_BYTES}. Any thread. */
    static Staged copy(AtomicLong budget, long vnetHeader, int length, int packets) {
        if (budget.addAndGet(length) > MAX_BYTES) {
            budget.addAndGet(-length);
            return null;
        }
        long address = Memory.allocate(length, 64);
        Memory.copy(vnetHeader, address, length);
        return new Staged(address, length, packets);
    }

    /**
     * Removes the oldest entries while too many packets are staged, then appends; returns the number of packets
     * removed.
     */
    int add(Staged staged) {
        int dropped = 0;
        // As the kernel does: a burst is appended whole, even if it exceeds the limit.
        while (packets > Limits.MAX_STAGED_PACKETS) {
            dropped += queue.peek().packets();
            free(poll());
        }
        queue.add(staged);
        packets += staged.packets();
        return dropped;
    }

    /** Removes the oldest entry, which the caller {@linkplain #free frees}; {@code null} when empty. */
    Staged poll() {
        Staged staged = queue.poll();
        if (staged != null) {
            packets -= staged.packets();
        }
        return staged;
    }

    /** The number of entries. */
    int size() {
        return queue.size();
    }

    /** Frees an entry's memory. Any thread. */
    void free(Staged staged) {
        free(budget, staged);
    }

    /** Frees the memory of an entry that no queue holds. Any thread. */
    static void free(AtomicLong budget, Staged staged) {
        if (staged.length() != 0) {
            Memory.zero(staged.address(), staged.length());
            Memory.free(staged.address());
            budget.addAndGet(-staged.length());
        }
    }

    /** Drops all entries; returns the number of packets. */
    int purge() {
        int dropped = packets;
        for (Staged staged; (staged = poll()) != null; ) {
            free(staged);
        }
        return dropped;
    }
}
