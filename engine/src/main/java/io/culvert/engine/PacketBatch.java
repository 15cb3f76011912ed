// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.nio.ByteBuffer;

/**
 * Up to 64 IP packets in the order in which they pass. The library makes batches and uses each again: a batch and its
 * buffers belong to the callee of {@link PacketDevice#read} or {@link PacketDevice#write} until it returns, and to one
 * thread.
 */
public final class PacketBatch {
    private final BatchMemory memory = new BatchMemory();

    PacketBatch() {}

    /**
     * The number of packets.
     *
     * @return 0 to 64
     */
    public int size() {
        return memory.count();
    }

    /**
     * A packet, from its IP header on: a view between its position and its limit, valid until the call returns.
     *
     * @param index 0 to {@link #size} - 1
     * @return the packet
     */
    public ByteBuffer get(int index) {
        return memory.get(index);
    }

    /**
     * Appends a copy of a packet and advances the buffer to its limit, or returns {@code false} and leaves the buffer
     * if the batch is full: then the packet waits for the next call. An empty batch takes a packet of any length.
     *
     * @param packet an IP packet of 1 to 65,535 bytes, between position and limit
     * @return whether the batch took it
     * @throws IllegalArgumentException if it is empty or longer
     */
    public boolean add(ByteBuffer packet) {
        return memory.add(packet);
    }

    BatchMemory memory() {
        return memory;
    }
}
