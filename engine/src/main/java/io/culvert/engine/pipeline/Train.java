// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.SendOwner;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.noise.Keypair;
import io.culvert.ring.CommitEntry;

/**
 * Up to {@value #MAX_PACKETS} packets of one peer and one direction: the unit of every hand-off between stages and
 * threads.
 *
 * <p>Each packet is a data message, in place in off-heap memory:
 *
 * <pre>
 *   | type 4 | receiver | counter (8 B) | payload: length(i) B | tag 16 B |
 *                                       ^ payload(i)
 * </pre>
 *
 * <p>One thread at a time uses all fields of a train: the worker that fills it; the worker that takes it from a work
 * ring, and seals or opens it, until {@link #publish}; the worker that holds its queue's token, which commits it; its
 * owner, to which it returns. The work ring, the state word and the {@link TrainPool} order these with release and
 * acquire.
 */
final class Train extends CommitEntry implements SendOwner {
    /** The longest train. */
    static final int MAX_PACKETS = Aead.MAX_TRAIN;

    /** Bytes of a data message in front of its payload. */
    static final int HEADER_BYTES = DataMessage.HEADER_BYTES;

    /** The worker whose pool the train came from; it alone takes and frees it. */
    final Worker owner;
    /** Whether the train is outbound, to the network. */
    final boolean transmit;
    /** Payload addresses. */
    final long[] payload = new long[MAX_PACKETS];
    /** Payload lengths without the tag. */
    final int[] length = new int[MAX_PACKETS];
    /** Message counters. */
    final long[] counter = new long[MAX_PACKETS];
    /** Outer ECN bits of each packet. */
    final byte[] ecn = new byte[MAX_PACKETS];

    /** Receive only: the end of the buffer, up to which the bytes after packet i may be written. */
    final long[] limit;
    /** Receive only: the UDP buffers of the packets. */
    final int[] buffer;
    /** Receive only: the sender of the packets. */
    final UdpEndpoint from;
    /** Receive only: whether the first message follows another train's message in the buffer. */
    boolean followsOther;

    // Transmit only: the slab for the packets, its end, and below the place of the next message.
    final long slab;
    final long slabEnd;

    /** Whether the waits of this train are measured, and since when it waits, in {@code Clock} nanoseconds. */
    boolean sampled;

    long waitsSince;

    int buffers;
    long slabNext;
    int count;
    PeerPath peer;
    Keypair<?> keypair;
    /** Transmit only: messages that were sent, and their bytes, those that the system refused taken off. */
    int sentPackets;

    long sentBytes;
    /** Receive only: bit i is set if packet i is not authentic. */
    long failures;

    private Train(Worker owner, boolean transmit, long slab, int slabBytes) {
        this.owner = owner;
        this.transmit = transmit;
        this.slab = slab;
        this.slabEnd = slab + slabBytes;
        this.limit = transmit ? null : new long[MAX_PACKETS];
        this.buffer = transmit ? null : new int[MAX_PACKETS];
        this.from = transmit ? null : new UdpEndpoint();
    }

    /** An outbound train, with {@code slabBytes} bytes at {@code slab} for its packets. */
    static Train outgoing(Worker owner, long slab, int slabBytes) {
        return new Train(owner, true, slab, slabBytes);
    }

    /** An inbound train, whose packets stay in the buffers they were received into. */
    static Train incoming(Worker owner) {
        return new Train(owner, false, 0, 0);
    }

    /** Prepares the train to be filled for a peer; takes over the caller's reference to the keypair. */
    void begin(PeerPath newPeer, Keypair<?> newKeypair) {
        peer = newPeer;
        keypair = newKeypair;
        count = 0;
        buffers = 0;
        slabNext = slab;
        failures = 0;
        sampled = false;
        sentPackets = 0;
        sentBytes = 0;
        reset();
    }

    /** The peer's queue of the train's direction. */
    TrainQueue queue() {
        return transmit ? peer.transmitQueue() : peer.receiveQueue();
    }

    /** Whether a message with {@code payloadBytes} of payload still fits. */
    boolean fits(int payloadBytes) {
        return count < MAX_PACKETS && slabNext + HEADER_BYTES + payloadBytes + Aead.TAG_BYTES <= slabEnd;
    }

    /** Appends a message whose payload was written at {@code slabNext + HEADER_BYTES}. */
    void append(int payloadBytes, int ecnBits) {
        payload[count] = slabNext + HEADER_BYTES;
        length[count] = payloadBytes;
        ecn[count] = (byte) ecnBits;
        count++;
        slabNext += HEADER_BYTES + payloadBytes + Aead.TAG_BYTES;
    }

    /** Appends a received message. */
    void append(long payloadAddress, int payloadBytes, long messageCounter, int ecnBits, long bufferLimit) {
        payload[count] = payloadAddress;
        length[count] = payloadBytes;
        counter[count] = messageCounter;
        ecn[count] = (byte) ecnBits;
        limit[count] = bufferLimit;
        count++;
    }

    /** Records the buffer of a received message; {@code false} if the message before is in the same buffer. */
    boolean holdBuffer(int udpBuffer) {
        if (buffers > 0 && buffer[buffers - 1] == udpBuffer) {
            return false;
        }
        buffer[buffers++] = udpBuffer;
        return true;
    }

    @Override
    public void onRefused(int datagrams, int bytes) {
        sentPackets -= datagrams;
        sentBytes -= bytes;
    }

    /** Releases the keypair and forgets the peer. */
    void end() {
        keypair.release();
        keypair = null;
        peer = null;
    }
}
