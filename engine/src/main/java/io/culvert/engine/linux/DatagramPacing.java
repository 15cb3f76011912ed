package io.culvert.engine.linux;

import io.culvert.engine.tun.IpPacket;
import io.culvert.engine.tun.VirtioNetHeader;

/**
 * Lets those who read datagrams behind the TUN keep up. A socket of the usual size holds 92 datagrams of full size, a super-packet
 * brings half of that at once, and a reader on this core has no turn before the worker sleeps: so the core is offered to others
 * after a burst of datagrams, and while bursts come few are received at a time. TCP needs none of it, its window is its socket's size.
 * One thread.
 */
final class DatagramPacing {
    /** After so many datagrams readers get a turn. It may become as many as one receive brings, 46 of full size. */
    static final int TURN = 16;
    /** How long after a burst more are expected. */
    static final long BURSTS_NANOS = 2_000_000;

    private int written;
    private long lastTurn = System.nanoTime() - 2 * BURSTS_NANOS;

    /** Something goes to the TUN, virtio-net header first. */
    void write(long vnetHeader, int length) {
        count(datagrams(vnetHeader, length));
    }

    /** How many UDP datagrams it is. */
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

    /** So many datagrams go to the TUN. */
    void count(int datagrams) {
        written += datagrams;
    }

    /** All is written: whether it is the readers' turn. */
    boolean isTurn(long now) {
        if (written < TURN) {
            return false;
        }
        written = 0;
        lastTurn = now;
        return true;
    }

    /** Whether bursts come. */
    boolean expectsBursts(long now) {
        return now - lastTurn <= BURSTS_NANOS;
    }
}
