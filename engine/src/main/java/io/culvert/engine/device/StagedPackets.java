package io.culvert.engine.device;

import io.culvert.engine.message.Limits;
import io.culvert.natives.Memory;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A peer's packets that wait for a key (the kernel's staged_packet_queue); confined to the thread of the peer's home.
 * At most {@value Limits#MAX_STAGED_PACKETS} packets wait, of which the oldest make room for new ones, and all peers' together
 * take at most a fixed share of memory.
 */
final class StagedPackets {
    /** What all staged packets of a device may take: bounded by configuration, not by load. */
    static final long MAX_BYTES = 64L << 20;

    /**
     * One packet or super-packet with its virtio-net header, copied off the buffer it was read into; or, with length 0,
     * a keepalive.
     */
    record Staged(long address, int length, int packets) {}

    private final ArrayDeque<Staged> queue = new ArrayDeque<>(0);
    private final AtomicLong budget;
    private int packets;

    /** An empty queue that draws on {@code budget}, the bytes staged by the whole device. */
    StagedPackets(AtomicLong budget) {
        this.budget = budget;
    }

    /** Copies a packet; {@code null} when the device's share of memory is used up. Any thread. */
    static Staged copy(AtomicLong budget, long vnetHeader, int length, int packets) {
        if (budget.addAndGet(length) > MAX_BYTES) {
            budget.addAndGet(-length);
            return null;
        }
        long address = Memory.allocate(length, 64);
        Memory.copy(vnetHeader, address, length);
        return new Staged(address, length, packets);
    }

    /** Appends, after the oldest have made room; returns how many packets were dropped for that. */
    int add(Staged staged) {
        int dropped = 0;
        // As the kernel: room is made first, and a burst is then never cut by its own arrival.
        while (packets > Limits.MAX_STAGED_PACKETS) {
            dropped += queue.peek().packets();
            free(poll());
        }
        queue.add(staged);
        packets += staged.packets();
        return dropped;
    }

    /** Takes the oldest, or {@code null}; the caller {@linkplain #free frees} it. */
    Staged poll() {
        Staged staged = queue.poll();
        if (staged != null) {
            packets -= staged.packets();
        }
        return staged;
    }

    /** How many entries wait. */
    int size() {
        return queue.size();
    }

    /** Frees an entry's memory. Any thread. */
    void free(Staged staged) {
        free(budget, staged);
    }

    static void free(AtomicLong budget, Staged staged) {
        if (staged.length() != 0) {
            Memory.zero(staged.address(), staged.length());
            Memory.free(staged.address());
            budget.addAndGet(-staged.length());
        }
    }

    /** Drops all; returns how many packets. */
    int purge() {
        int dropped = packets;
        for (Staged staged; (staged = poll()) != null; ) {
            free(staged);
        }
        return dropped;
    }
}
