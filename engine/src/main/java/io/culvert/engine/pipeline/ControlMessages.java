// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Memory;
import io.culvert.ring.BufferPool;

/**
 * Outbound handshake messages and cookie replies, copied off the heap until the flush that sends them. Confined to one
 * worker's thread.
 */
final class ControlMessages implements AutoCloseable {
    private static final int CAPACITY = 64;
    /** The longest message is an initiation of 148 bytes. */
    private static final int MAX_BYTES = 192;

    private final BufferPool buffers = new BufferPool(CAPACITY, MAX_BYTES);
    private final int[] queued = new int[CAPACITY];
    private int count;

    /** Whether a flush is needed before the next {@link #send}. */
    boolean isFull() {
        return buffers.available() == 0;
    }

    /** Queues a message; not while {@link #isFull}. */
    void send(WorkerIo io, byte[] message, UdpEndpoint to, int dscp) {
        int buffer = buffers.take();
        long address = buffers.address(buffer);
        Memory.copy(message, 0, address, message.length);
        io.send(address, message.length, message.length, to, 0, dscp);
        queued[count++] = buffer;
    }

    /** The I/O was flushed: frees the memory of all queued messages. */
    void flushed() {
        while (count > 0) {
            buffers.give(queued[--count]);
        }
    }

    @Override
    public void close() {
        buffers.close();
    }
}
