// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;

/**
 * Where the packets and datagrams of one {@link MemoryIo} come from and go to. Confined to the worker's thread, unless
 * an implementation says otherwise. See {@link WorkerIo} for the parameters.
 */
public interface Transport {
    /** Creates the transport of one worker, on that worker's thread. */
    interface Factory {
        /** The transport of worker {@code worker} of a host. */
        Transport create(MemoryPlatform host, int worker);
    }

    /** Whether {@link #readTun} would return a packet. */
    boolean isTunReadable();

    /**
     * Copies one packet to {@code address}, virtio-net header first; returns its length with the header, 0 if none
     * waits.
     */
    int readTun(long address);

    /** Whether the TUN was removed. */
    default boolean isTunRemoved() {
        return false;
    }

    /** The number of buffers for datagrams: few, so that simulations run out of them. */
    default int udpBuffers() {
        return 16;
    }

    /** Whether {@link #receive} would deliver datagrams. */
    boolean isUdpReadable();

    /**
     * Delivers one datagram, or one group of them, in a buffer from {@link MemoryIo#takeBuffer}. The caller has made
     * sure that a buffer is free.
     *
     * @return the bytes of its datagrams; -1 if none waited
     */
    int receive(MemoryIo io, WorkerIo.Sink sink);

    /**
     * Takes a packet for a queue of the TUN, virtio-net header first; the memory is the caller's after the return.
     */
    void writeTun(int queue, long address, int length);

    /**
     * Takes datagrams for the network; the memory is the caller's after the return.
     *
     * @return {@code false} if they cannot be sent
     */
    boolean send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp);

    /** See {@link WorkerIo#routes}. */
    default int routes() {
        return 1;
    }

    /** See {@link WorkerIo#isRouted}. */
    default boolean isRouted(UdpEndpoint to) {
        return true;
    }

    /** All that was written and sent so far is flushed. */
    default void flush() {
        // A transport that takes everything at once has nothing to do.
    }

    /** Starts to use a port, or none ({@code null}). */
    default void attach(UdpPort port) {
        // A transport may need no port.
    }
}
