package io.culvert.engine.pipeline;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Memory;
import io.culvert.ring.BufferPool;

/**
 * Handshake messages and cookie replies on their way out: copied off the heap until the flush that sends them. Confined to
 * one worker's thread.
 */
final class ControlMessages implements AutoCloseable {
    private static final int CAPACITY = 64;
    /** The longest is an initiation, of 148 bytes. */
    private static final int MAX_BYTES = 192;

    private final BufferPool buffers = new BufferPool(CAPACITY, MAX_BYTES);
    private final int[] sent = new int[CAPACITY];
    private int count;

    /** Queues a message. */
    void send(WorkerIo io, byte[] message, UdpEndpoint to, int dscp) {
        if (buffers.available() == 0) {
            flush(io);
        }
        int buffer = buffers.take();
        long address = buffers.address(buffer);
        Memory.copy(message, 0, address, message.length);
        io.send(address, message.length, message.length, to, 0, dscp);
        sent[count++] = buffer;
    }

    /** Flushes everything that is queued, and so frees the messages. */
    void flush(WorkerIo io) {
        io.flush();
        while (count > 0) {
            buffers.give(sent[--count]);
        }
    }

    @Override
    public void close() {
        buffers.close();
    }
}
