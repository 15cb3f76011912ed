// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.SendOwner;
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

    /** A message that waits for the flush. */
    private static final class Queued implements SendOwner {
        private int buffer;
        private int bytes;
        private PeerPath peer;
        private boolean refused;

        @Override
        public void onRefused(int datagrams, int lost) {
            refused = true;
        }
    }

    private final BufferPool buffers = new BufferPool(CAPACITY, MAX_BYTES);
    private final Queued[] queued = new Queued[CAPACITY];
    private int count;

    /** No messages. */
    ControlMessages() {
        for (int i = 0; i < CAPACITY; i++) {
            queued[i] = new Queued();
        }
    }

    /** Whether a flush is needed before the next {@link #send}. */
    boolean isFull() {
        return buffers.available() == 0;
    }

    /** Queues a message, not while {@link #isFull}; {@code peer} counts it if it is sent, and may be {@code null}. */
    void send(WorkerIo io, byte[] message, UdpEndpoint to, int dscp, PeerPath peer) {
        Queued entry = queued[count++];
        entry.buffer = buffers.take();
        entry.bytes = message.length;
        entry.peer = peer;
        entry.refused = false;
        long address = buffers.address(entry.buffer);
        Memory.copy(message, 0, address, message.length);
        io.send(address, message.length, message.length, to, 0, dscp, entry);
    }

    /** The I/O was flushed: counts the messages that were sent, and frees the memory of all. */
    void flushed() {
        while (count > 0) {
            Queued entry = queued[--count];
            buffers.give(entry.buffer);
            if (entry.peer != null && !entry.refused) {
                entry.peer.countSentHandshake(entry.bytes);
            }
            entry.peer = null;
        }
    }

    @Override
    public void close() {
        buffers.close();
    }
}
