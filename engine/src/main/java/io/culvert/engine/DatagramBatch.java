// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Up to 64 datagrams in the order in which they pass, each with the address of the other end. The library makes batches
 * and uses each again: a batch and its buffers belong to the callee of {@link DatagramTransport#receive} or {@link
 * DatagramTransport#send} until it returns, and to one thread.
 */
public final class DatagramBatch {
    private final BatchMemory memory = new BatchMemory();
    private final InetSocketAddress[] remotes = new InetSocketAddress[BatchMemory.CAPACITY];

    DatagramBatch() {}

    /**
     * The number of datagrams.
     *
     * @return 0 to 64
     */
    public int size() {
        return memory.count();
    }

    /**
     * The payload of a datagram: a view between its position and its limit, valid until the call returns.
     *
     * @param index 0 to {@link #size} - 1
     * @return the payload
     */
    public ByteBuffer payload(int index) {
        return memory.get(index);
    }

    /**
     * The address to which a datagram goes, or from which it came.
     *
     * @param index 0 to {@link #size} - 1
     * @return the address and port
     */
    public InetSocketAddress remote(int index) {
        memory.check(index);
        return remotes[index];
    }

    /**
     * Appends a copy of a datagram and advances the buffer to its limit, or returns {@code false} and leaves the buffer
     * if the batch is full: then the datagram waits for the next call. An empty batch takes a datagram of any length.
     *
     * @param payload 1 to 65,535 bytes between position and limit
     * @param remote where it came from
     * @return whether the batch took it
     * @throws IllegalArgumentException if it is empty or longer, or the address is not resolved
     */
    public boolean add(ByteBuffer payload, InetSocketAddress remote) {
        if (remote.isUnresolved()) {
            throw new IllegalArgumentException("the name of " + remote + " has no address");
        }
        int index = memory.count();
        if (!memory.add(payload)) {
            return false;
        }
        remotes[index] = remote;
        return true;
    }

    /** Appends a datagram from memory; {@code false} if the batch is full. */
    boolean add(long address, int length, InetSocketAddress remote) {
        int index = memory.count();
        if (!memory.add(address, length)) {
            return false;
        }
        remotes[index] = remote;
        return true;
    }

    BatchMemory memory() {
        return memory;
    }
}
