// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.VirtioNetHeader;

/**
 * Paces datagrams to the TUN, so that the sockets of local readers do not overflow. A receive buffer of default size
 * holds 92 datagrams of full size, one super-packet brings half of that at once, and a reader on the worker's CPU does
 * not run before the worker sleeps or yields.
 *
 * <p>While datagrams arrive in bursts, the worker limits each receive, yields its CPU after each {@link #YIELD_QUOTA},
 * and delays the next burst by a third of the average interval for each datagram delivered. This is the generic cell
 * rate algorithm in its virtual scheduling form (ITU-T I.371, annex A): {@link #BURST_TOLERANCE} datagrams may be ahead
 * of their theoretical arrival time. Meanwhile the other datagrams stay in the UDP socket, whose buffer is much larger.
 * TCP needs no pacing, as its window is limited by its socket's buffer: there is no delay while more than an eighth of
 * the bytes are not UDP.
 *
 * <p>Times are nanoseconds of one clock. Confined to one thread; allocates nothing.
 */
public final class DeliveryPacer {
    /** The number of datagrams after which the worker yields. One receive may exceed it, with 46 of full size. */
    public static final int YIELD_QUOTA = 16;

    /** The time after a burst during which more bursts are expected. */
    static final long BURST_WINDOW_NANOS = 2_000_000;
    /** A smaller burst causes no delay: small datagrams do not fill a socket, and each delay costs a timer. */
    static final int MIN_BURST_BYTES = 16 << 10;
    /**
     * Datagrams that may be ahead of their theoretical arrival time. A lower value costs timers and saves no losses.
     */
    static final int BURST_TOLERANCE = 16;
    /** The longest delay after one burst. */
    static final long MAX_DELAY_NANOS = 250_000;
    /** A shorter delay is not worth a timer. */
    static final long MIN_DELAY_NANOS = 30_000;
    /** The maximum emission interval, also used while the rate is unknown. */
    static final long MAX_INTERVAL_NANOS = 5_000;

    /** The ratio of delivery rate to average rate: at 2 a slow worker falls behind, at 4 the readers do. */
    private static final int SPEEDUP = 3;
    /** The averaging period, several times the length of a sender's bursts. */
    private static final long PERIOD_NANOS = 4_000_000;
    /** A longer period includes a pause, so its average is not the rate. */
    private static final long PAUSE_NANOS = 100_000_000;
    /** There is no delay while more than one in this many bytes is not UDP. */
    private static final int OTHERS_SHARE = 8;

    // Datagrams written since the last yield.
    private int written;
    private int writtenBytes;

    private long cycle;
    private long lastBurst;
    private long theoreticalArrival;
    private long delayedUntil;

    // Since the averaging period began.
    private long periodStart;
    private int datagrams;
    private long bytes;
    private long otherBytes;

    private long emissionInterval = MAX_INTERVAL_NANOS;
    private boolean mostlyUdp = true;

    /** A pacer without history; {@code now} in nanoseconds. */
    public DeliveryPacer(long now) {
        cycle = now;
        lastBurst = now - 2 * BURST_WINDOW_NANOS;
        theoreticalArrival = now;
        delayedUntil = now;
        periodStart = now;
    }

    /** Counts a write to the TUN, virtio-net header first. */
    public void write(long vnetHeader, int length) {
        count(datagrams(vnetHeader, length), length);
    }

    /** The number of UDP datagrams in a packet or super-packet. */
    static int datagrams(long vnetHeader, int length) {
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

    /** Counts {@code count} datagrams of {@code length} bytes in total; 0 for a packet that is not UDP. */
    void count(int count, int length) {
        bytes += length;
        if (count == 0) {
            otherBytes += length;
        } else {
            written += count;
            writtenBytes += length;
            datagrams += count;
        }
    }

    /** A receive begins: the time from now on counts towards the delay of the next burst. */
    public void beginReceive(long now) {
        cycle = now;
    }

    /** Whether the yield quota is used up. */
    public boolean isYieldDue() {
        return written >= YIELD_QUOTA;
    }

    /** The worker yields after a burst: computes the delay of the next burst. */
    public void endBurst(long now) {
        if (now - periodStart > PERIOD_NANOS) {
            average(now);
        }
        if (mostlyUdp && writtenBytes >= MIN_BURST_BYTES) {
            theoreticalArrival =
                    Math.max(theoreticalArrival, cycle) + Math.min(written * emissionInterval, MAX_DELAY_NANOS);
            long until = theoreticalArrival - BURST_TOLERANCE * emissionInterval;
            delayedUntil = until - now < MIN_DELAY_NANOS ? now : until;
        }
        written = 0;
        writtenBytes = 0;
        lastBurst = now;
    }

    private void average(long now) {
        long passed = now - periodStart;
        emissionInterval = passed > PAUSE_NANOS
                ? MAX_INTERVAL_NANOS
                : Math.min(passed / ((long) SPEEDUP * datagrams), MAX_INTERVAL_NANOS);
        mostlyUdp = otherBytes * OTHERS_SHARE <= bytes;
        periodStart = now;
        datagrams = 0;
        bytes = 0;
        otherBytes = 0;
    }

    /** The nanoseconds until the next burst may be received; 0 if it may be received now. */
    public long delay(long now) {
        return Math.max(delayedUntil - now, 0);
    }

    /** Whether bursts are expected. */
    public boolean expectsBursts(long now) {
        return now - lastBurst <= BURST_WINDOW_NANOS;
    }
}
