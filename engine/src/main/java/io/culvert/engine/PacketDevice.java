// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

/**
 * Where a tunnel's inner packets come from and go to, in place of an interface of the system: a TCP/IP stack in user
 * space, a proxy, a test. It needs no privileges.
 *
 * <p>The tunnel calls {@link #start} once before everything else and {@link #close} once after it. Between them it
 * calls {@link #read} and {@link #write} on its threads, each on one thread at a time, but both at the same time. They
 * must not block: the tunnel's other packets and its timers wait for them. What they throw ends the tunnel.
 */
public interface PacketDevice {
    /**
     * The largest packet in bytes, 576 to 65,535; asked once. 1,420 fits a path of 1,500 bytes over IPv6.
     *
     * @return the MTU in bytes
     */
    default int mtu() {
        return 1420;
    }

    /**
     * The tunnel begins.
     *
     * @param readable to be run whenever {@link #read} has something to add after it added nothing. It may be run more
     *     often, by any thread, also within {@code start} and after {@link #close}; it returns at once
     */
    void start(Runnable readable);

    /**
     * Adds packets for the tunnel, without waiting: as many as there are and fit, or none.
     *
     * @param packets an empty batch
     */
    void read(PacketBatch packets);

    /**
     * Takes packets that came through the tunnel, without waiting: it copies them, or drops them.
     *
     * @param packets at least one
     */
    void write(PacketBatch packets);

    /** The tunnel has ended, and calls nothing any more. */
    void close();
}
