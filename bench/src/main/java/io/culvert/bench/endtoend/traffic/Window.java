// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

/**
 * A sender's window, as TCP has one: it grows by one packet per round trip and is halved when packets are lost
 * (additive increase, multiplicative decrease; RFC 5681). Packets are numbered from 0, and each is answered. An answer
 * settles all earlier packets too: those without an answer by then are lost, unless it is at most
 * {@value #REORDERING} ahead. For one thread.
 */
final class Window {
    private static final double FIRST = 4;
    private static final double LEAST = 2;
    private static final double MOST = 64;
    private static final int REORDERING = 3;
    private static final long TIMEOUT_NANOS = 200_000_000;

    private double size = FIRST;
    private long next;
    /** Packets below it are answered or lost. */
    private long settled;
    /** The window is halved once for the packets before it, which were sent before the loss was seen. */
    private long recovery;

    private long lastProgress;

    /** The number of the next packet. */
    long next() {
        return next;
    }

    /** The packets that may be sent now. */
    int open() {
        return Math.max(0, (int) size - (int) (next - settled));
    }

    /** The next {@code count} packets are sent. */
    void sent(int count, long now) {
        if (next == settled) {
            lastProgress = now;
        }
        next += count;
    }

    /** The answer to a packet arrived. */
    void answered(long packet, long now) {
        if (packet >= next || packet < settled) {
            return; // late, or none of ours
        }
        lastProgress = now;
        size = Math.min(MOST, size + 1 / size);
        if (packet - settled > REORDERING) {
            halve(packet);
        }
        settled = packet + 1;
    }

    /** Takes all packets as lost if none was answered for a while. */
    void expire(long now) {
        if (next > settled && now - lastProgress > TIMEOUT_NANOS) {
            size = LEAST;
            settled = next;
            recovery = next;
        }
    }

    private void halve(long packet) {
        if (packet >= recovery) {
            size = Math.max(LEAST, size / 2);
            recovery = next;
        }
    }

    /** Its size in packets. */
    double size() {
        return size;
    }
}
