// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.message.Limits;

/**
 * A peer's packets that wait for a keypair (the kernel's staged_packet_queue). At most
 * {@value Limits#MAX_STAGED_PACKETS} packets are staged before new ones displace the oldest, and the packets of all
 * peers at one home share a {@link StagingArea}, under whose monitor any thread may call.
 */
final class StagedPackets {
    /** A copy of one packet or super-packet with its virtio-net header, or, with length 0, a keepalive. */
    static final class Staged {
        private final long address;
        private final int length;
        private final int packets;
        private final long since;
        /** The next of the queue. */
        private Staged next;

        Staged(long address, int length, int packets, long since) {
            this.address = address;
            this.length = length;
            this.packets = packets;
            this.since = since;
        }

        long address() {
            return address;
        }

        int length() {
            return length;
        }

        int packets() {
            return packets;
        }
    }

    /** Without packets, and never given any: an idle peer has no queue of its own. */
    static final StagedPackets NONE = new StagedPackets(null);

    // Of the area: the list that this queue is in, 0 for none, and its neighbours there.
    int list;
    StagedPackets previous;
    StagedPackets next;

    private final StagingArea area;
    /** The area, whose lists and all queues in them it guards. */
    private final Object monitor;

    private Staged oldest;
    private Staged newest;
    private int size;
    private int packets;
    private long bytes;

    /** An empty queue in its home's area. */
    StagedPackets(StagingArea area) {
        this.area = area;
        monitor = area == null ? this : area;
    }

    /** The bytes of all entries, with what each takes beside its own. */
    long bytes() {
        return bytes;
    }

    /**
     * Removes the oldest entries while too many packets are staged, appends, and makes room in the area; returns the
     * number of packets removed, some of other peers perhaps.
     */
    int add(Staged staged) {
        synchronized (monitor) {
            int dropped = 0;
            // As the kernel does: a burst is appended whole, even if it exceeds the limit.
            while (packets > Limits.MAX_STAGED_PACKETS) {
                dropped += dropOldest();
            }
            if (oldest == null) {
                oldest = staged;
            } else {
                newest.next = staged;
            }
            newest = staged;
            resized(1, staged);
            return dropped + area.makeRoom();
        }
    }

    private void resized(int sign, Staged staged) {
        size += sign;
        packets += sign * staged.packets;
        bytes += (long) sign * (staged.length + StagingArea.OVERHEAD);
        area.resized(this);
    }

    /** Removes the oldest entry, which the caller {@linkplain StagingArea#free frees}; {@code null} when empty. */
    Staged poll() {
        synchronized (monitor) {
            Staged staged = oldest;
            if (staged != null) {
                oldest = staged.next;
                staged.next = null;
                resized(-1, staged);
            }
            return staged;
        }
    }

    /** Drops the oldest entry, of which there must be one; returns the number of its packets. Under the monitor. */
    int dropOldest() {
        Staged staged = poll();
        area.free(staged);
        return staged.packets;
    }

    /** The number of entries. */
    int size() {
        synchronized (monitor) {
            return size;
        }
    }

    /** Drops the entries that were read before {@code since}; returns the number of packets. */
    int purge(long since) {
        synchronized (monitor) {
            int dropped = 0;
            while (oldest != null && oldest.since < since) {
                dropped += dropOldest();
            }
            return dropped;
        }
    }
}
