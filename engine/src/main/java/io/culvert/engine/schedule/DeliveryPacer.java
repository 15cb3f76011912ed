package io.culvert.engine.schedule;

import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.VirtioNetHeader;

/**
 * Lets those who read datagrams behind the TUN keep up. A socket of the usual size holds 92 datagrams of full size, a super-packet
 * brings half of that at once, and a reader on this core has no turn before the worker sleeps. So while datagrams come in bursts
 * few are received at a time, the core is offered to others after them, and the next are held back until there was a third of
 * the time in which as many come on average: what waits meanwhile does so in the UDP socket, which holds far more. TCP needs
 * none of it, its window is its socket's size: where it has a part in what comes nothing is held back. One thread.
 */
public final class DeliveryPacer {
    /** After so many datagrams readers get a turn. It may become as many as one receive brings, 46 of full size. */
    public static final int TURN = 16;
    /** How long after a burst more are expected. */
    public static final long BURSTS_NANOS = 2_000_000;
    /** What a burst has to have for the next to be held back: small datagrams fill no socket, and each hold costs a timer. */
    public static final int HOLD_BYTES = 16 << 10;
    /** How many may be ahead of their time. So fewer waits, each with its timer, lose no more. */
    public static final int AHEAD = 16;
    /** For how long one burst holds back the next at most. */
    public static final long MOST_NANOS = 250_000;
    /** Less than this is not worth a timer. */
    public static final long LEAST_NANOS = 30_000;

    /** For how long one datagram holds back the next at most, which is also what it does while their rate is not known. */
    public static final long SLOWEST_NANOS = 5_000;
    /** How much faster than on average datagrams may be handed over: at twice the rate a slow worker falls behind, at four times readers do. */
    private static final int SPEEDUP = 3;
    /** The average is over so long, several times what senders send in one go. */
    private static final long PERIOD_NANOS = 4_000_000;
    /** An average over more than this includes a pause, and is no guide. */
    private static final long PAUSE_NANOS = 100_000_000;
    /** Nothing is held back where more than one byte of so many is of other packets. */
    private static final int OTHERS_SHARE = 8;

    // Datagrams since the last turn.
    private int written;
    private int writtenBytes;

    private long cycle = System.nanoTime();
    private long lastTurn = cycle - 2 * BURSTS_NANOS;
    /** When the time of all that was handed over is over: virtual scheduling, as in ITU-T I.371, annex A. */
    private long due = cycle;

    private long heldUntil = cycle;

    // Since the period began.
    private long periodStart = cycle;
    private int datagrams;
    private long bytes;
    private long otherBytes;

    private long nanosEach = SLOWEST_NANOS;
    private boolean alone = true;

    /** Something goes to the TUN, virtio-net header first. */
    public void write(long vnetHeader, int length) {
        count(datagrams(vnetHeader, length), length);
    }

    /** How many UDP datagrams it is. */
    public static int datagrams(long vnetHeader, int length) {
        return switch (VirtioNetHeader.gsoType(vnetHeader)) {
            case VirtioNetHeader.GSO_UDP_L4 -> {
                int size = VirtioNetHeader.gsoSize(vnetHeader);
                int payload = length - VirtioNetHeader.BYTES - VirtioNetHeader.hdrLen(vnetHeader);
                yield (payload + size - 1) / size;
            }
            case VirtioNetHeader.GSO_NONE ->
                IpPacket.protocol(vnetHeader + VirtioNetHeader.BYTES) == IpPacket.UDP ? 1 : 0;
            default -> 0;
        };
    }

    /** So many datagrams go to the TUN, or something else, of {@code length} bytes. */
    public void count(int count, int length) {
        bytes += length;
        if (count == 0) {
            otherBytes += length;
        } else {
            written += count;
            writtenBytes += length;
            datagrams += count;
        }
    }

    /** What there is now is going to be taken: from here on counts how long it holds back the next. */
    public void begin(long now) {
        cycle = now;
    }

    /** All is written: whether it is the readers' turn. */
    public boolean isTurn(long now) {
        if (written < TURN) {
            return false;
        }
        if (now - periodStart > PERIOD_NANOS) {
            measure(now);
        }
        if (alone && writtenBytes >= HOLD_BYTES) {
            due = Math.max(due, cycle) + Math.min(written * nanosEach, MOST_NANOS);
            long until = due - AHEAD * nanosEach;
            heldUntil = until - now < LEAST_NANOS ? now : until;
        }
        written = 0;
        writtenBytes = 0;
        lastTurn = now;
        return true;
    }

    private void measure(long now) {
        long passed = now - periodStart;
        nanosEach =
                passed > PAUSE_NANOS ? SLOWEST_NANOS : Math.min(passed / ((long) SPEEDUP * datagrams), SLOWEST_NANOS);
        alone = otherBytes * OTHERS_SHARE <= bytes;
        periodStart = now;
        datagrams = 0;
        bytes = 0;
        otherBytes = 0;
    }

    /** For how many more nanoseconds to leave what comes where it is; 0 when it can be taken. */
    public long hold(long now) {
        return Math.max(heldUntil - now, 0);
    }

    /** Whether bursts come. */
    public boolean expectsBursts(long now) {
        return now - lastTurn <= BURSTS_NANOS;
    }
}
