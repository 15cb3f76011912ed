package io.culvert.engine.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.noise.Keypair;
import io.culvert.ring.CommitEntry;

/**
 * Up to {@value #MAX_PACKETS} packets of one peer and one direction: the unit of everything that costs per hand-off.
 *
 * <p>Each packet is a data message, in place in off-heap memory:
 *
 * <pre>
 *   | type 4 | receiver | counter (8 B) | payload: length(i) B | tag 16 B |
 *                                       ^ payload(i)
 * </pre>
 *
 * <p>Ownership passes from hand to hand, and whoever has the train may use all its fields: the worker that fills it; the
 * peer's queue and the work ring (which hand it over with release and acquire); the worker that seals or opens it, up to
 * {@link #publish}; the peer's home, which commits it; the worker that owns it, to which it returns.
 */
final class Train extends CommitEntry {
    /** The longest train. */
    static final int MAX_PACKETS = Aead.MAX_TRAIN;

    /** Bytes of a data message in front of its payload. */
    static final int HEADER_BYTES = DataMessage.HEADER_BYTES;

    /** The worker whose pool the train came from; it alone takes and frees it. */
    final Worker owner;
    /** Whether it goes out to the network. */
    final boolean transmit;
    /** Payload addresses. */
    final long[] payload = new long[MAX_PACKETS];
    /** Payload lengths without the tag. */
    final int[] length = new int[MAX_PACKETS];
    /** Message counters. */
    final long[] counter = new long[MAX_PACKETS];
    /** Outer ECN bits of each packet. */
    final byte[] ecn = new byte[MAX_PACKETS];

    /** Receive only: up to where the buffer behind packet i may be written. */
    final long[] limit;
    /** Receive only: the UDP buffers the packets lie in. */
    final int[] buffer;
    /** Receive only: who sent the packets. */
    final UdpEndpoint from;

    /** Transmit only: the slab the packets are laid in, and its end. */
    final long slab;

    final long slabEnd;

    int buffers;
    long slabNext;
    int count;
    PeerPath peer;
    Keypair keypair;
    /** Receive only: a bit for each packet that was not authentic. */
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

    /** A train that goes out, its packets laid in {@code slabBytes} bytes at {@code slab}. */
    static Train outgoing(Worker owner, long slab, int slabBytes) {
        return new Train(owner, true, slab, slabBytes);
    }

    /** A train that came in, its packets lying where they were received. */
    static Train incoming(Worker owner) {
        return new Train(owner, false, 0, 0);
    }

    /** Begins to be filled for a peer, under a keypair to which the caller has taken a reference. */
    void begin(PeerPath newPeer, Keypair newKeypair) {
        peer = newPeer;
        keypair = newKeypair;
        count = 0;
        buffers = 0;
        slabNext = slab;
        failures = 0;
        reset();
    }

    /** Its peer's queue in its direction. */
    TrainQueue queue() {
        return transmit ? peer.transmitQueue() : peer.receiveQueue();
    }

    /** Whether a message with {@code payloadBytes} of payload still fits. */
    boolean fits(int payloadBytes) {
        return count < MAX_PACKETS && slabNext + HEADER_BYTES + payloadBytes + Aead.TAG_BYTES <= slabEnd;
    }

    /** Appends a message whose payload was laid at {@code slabNext + HEADER_BYTES}. */
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

    /** Notes the buffer that a received message lies in; {@code false} when the message before lies there too. */
    boolean holdBuffer(int udpBuffer) {
        if (buffers > 0 && buffer[buffers - 1] == udpBuffer) {
            return false;
        }
        buffer[buffers++] = udpBuffer;
        return true;
    }

    /** Lets go of the peer and its key. */
    void end() {
        keypair.release();
        keypair = null;
        peer = null;
    }
}
