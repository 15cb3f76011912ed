// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.Keypair;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * A peer as the pipeline knows it, without handshakes, timers and configuration. {@code device.Peer} is the only
 * concrete subclass.
 *
 * <p>The peer's <em>home</em> is one worker, which owns its state and does what happens once in many trains: it sends
 * handshakes, changes keypairs, and runs timers. The worker that holds the token of the peer's queue commits trains;
 * where a commit calls for more, the home {@linkplain #want is asked for attention}. Methods belong to the home's
 * thread unless they say otherwise.
 */
public abstract class PeerPath {
    private static final VarHandle WANTS;

    static {
        try {
            WANTS = MethodHandles.lookup().findVarHandle(PeerPath.class, "wants", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final AtomicLongFieldUpdater<PeerPath> SENT =
            AtomicLongFieldUpdater.newUpdater(PeerPath.class, "sentBytes");

    private final Worker home;
    private final byte receiveSocket;
    /** The next peer of the home's {@link AttentionList}, which orders it. */
    PeerPath nextWanting;
    /** What the home is to attend to; 0 while the peer is not in the list. Exchanged by all, atomically. */
    @SuppressWarnings("unused") // through WANTS
    private int wants;

    // Written once, by a handshake thread under the handshake's monitor. Any worker reads them, after it has got a
    // keypair of the peer from the index table or from takeSendingKeypair, whose release and acquire order the write
    // before the read.
    private volatile TrainQueue transmitQueue;
    private volatile TrainQueue receiveQueue;

    /**
     * Written by the home and the holder of the receive token; read by any worker before it fills a train for this
     * peer. Volatile, because no other fence orders it.
     */
    private volatile boolean hasEndpoint;
    /** Written once, by the home; read by any thread. Volatile, because no other fence orders it. */
    private volatile boolean dead;
    /**
     * Bytes of data messages. Written by the holders of the transmit token with release stores, as readers tolerate
     * delay, and the token orders the writers; read by any thread.
     */
    private volatile long sentBytes;
    /** Bytes of handshake messages. Written by the home; read by any thread. */
    private volatile long sentHandshakeBytes;

    /**
     * Whether the memory of queues and sessions is accounted. Written under the monitor of the peer's handshake; read
     * by any thread. Volatile, because no other fence orders it.
     */
    private volatile boolean sessionMemory;

    /** A peer at home on a worker, which receives its data from one of its sockets. */
    protected PeerPath(Worker home, byte receiveSocket) {
        this.home = home;
        this.receiveSocket = receiveSocket;
    }

    /** The worker that owns the peer's state. Any thread. */
    public final Worker home() {
        return home;
    }

    /** The number of the home's receive queue, a socket, that the peer's receiver indices name. Any thread. */
    public final byte receiveSocket() {
        return receiveSocket;
    }

    /** Whether the peer was removed. Any thread. */
    public final boolean isDead() {
        return dead;
    }

    /** Marks the peer as removed. */
    protected final void markDead() {
        dead = true;
    }

    /** Whether the endpoint is known. Any thread. */
    public final boolean hasEndpoint() {
        return hasEndpoint;
    }

    /** The endpoint is known from now on. */
    protected final void endpointKnown() {
        hasEndpoint = true;
    }

    /** The outbound trains in the order of their packets. Any worker. */
    final TrainQueue transmitQueue() {
        return transmitQueue;
    }

    /** The inbound trains in the order of their packets. Any worker. */
    final TrainQueue receiveQueue() {
        return receiveQueue;
    }

    /** The number of the next outbound message: nonce 0 of a keypair that is installed now. Any thread. */
    protected final long nextNumber() {
        return transmitQueue.trains.numbers();
    }

    /** Whether the memory of queues and sessions is accounted to this peer. Any thread. */
    public final boolean hasSessionMemory() {
        return sessionMemory;
    }

    /** Notes it. Under the monitor of the peer's handshake. */
    public final void setSessionMemory(boolean accounted) {
        sessionMemory = accounted;
    }

    /** Creates the queues, before the peer's first keypair is published. Under the monitor of the peer's handshake. */
    public final void ensureQueues() {
        if (receiveQueue == null) {
            transmitQueue = new TrainQueue(this, true);
            receiveQueue = new TrainQueue(this, false);
        }
    }

    /**
     * The current keypair with a reference taken, or {@code null} when no keypair may send at {@code now}, or packets
     * are staged that must leave before. Any worker.
     */
    public abstract Keypair<?> takeSendingKeypair(long now);

    /**
     * Stages a copy of a packet. With a keypair all staged packets are sent at once; else a handshake is initiated. Any
     * worker.
     *
     * @param worker the worker on whose thread this is called
     * @param vnetHeader address of the packet's virtio-net header
     * @param length of header and packet, in bytes
     * @param packets the number of packets that it will be segmented into
     */
    public abstract void stage(Worker worker, long vnetHeader, int length, int packets);

    /** Sends a staged packet; see {@link SendPath#staged}. The worker's thread. */
    protected final boolean sendStaged(Worker worker, Keypair<?> keypair, long vnetHeader, int length) {
        return worker.sendPath.staged(this, keypair, vnetHeader, length);
    }

    /** Gives what was sent last its place in the peer's queue. The worker's thread. */
    protected final void dispatch(Worker worker) {
        worker.sendPath.dispatchFilling();
    }

    /**
     * Has the home attend to something; at once if {@code worker} is the home.
     *
     * @param worker on whose thread this is called
     * @param reasons bits for {@link #attend}
     */
    protected final void want(Worker worker, int reasons) {
        if (worker == home) {
            attend(reasons);
        } else {
            want(reasons);
        }
    }

    /** The same for a thread that is no worker. */
    protected final void want(int reasons) {
        if (addWants(reasons)) {
            home.attend(this);
        }
    }

    /** Notes what the home is to attend to; returns whether the caller must list the peer. Any worker. */
    final boolean addWants(int reasons) {
        return (int) WANTS.getAndBitwiseOr(this, reasons) == 0;
    }

    /** Attends to what other workers wanted. The exchange orders what they wrote before. */
    final void attendWants() {
        attend((int) WANTS.getAndSet(this, 0));
    }

    /** Does what a commit called for: the bits of {@link #want}, which may no longer be due. */
    protected abstract void attend(int reasons);

    /** The endpoint to send to, which does not change any more: the peer gets another instance. Any thread. */
    public abstract UdpEndpoint endpoint();

    /**
     * A train was sent. The holder of the transmit queue's token.
     *
     * @param worker on whose thread this is called
     * @param counter of the last message
     * @param data whether the train held more than keepalives
     */
    public abstract void sent(Worker worker, Keypair<?> keypair, long counter, boolean data);

    /** Data messages of so many bytes were taken by the system. The holder of the transmit queue's token. */
    final void countSent(long bytes) {
        SENT.lazySet(this, sentBytes + bytes);
    }

    /** A handshake message of so many bytes was taken by the system. */
    final void countSentHandshake(int bytes) {
        sentHandshakeBytes += bytes;
    }

    /** UDP payload bytes sent to the peer, handshakes included, as far as the system took them. Any thread. */
    public final long sentBytes() {
        return sentBytes + sentHandshakeBytes;
    }

    /**
     * A train was received in which at least one message is authentic and new. The holder of the receive queue's token.
     *
     * @param worker on whose thread this is called
     */
    public abstract void authenticated(Worker worker, Keypair<?> keypair, UdpEndpoint from);

    /**
     * The train of {@link #authenticated} was delivered. The holder of the receive queue's token.
     *
     * @param worker on whose thread this is called
     * @param bytes of the messages whose inner packets were accepted, headers and tags included
     * @param data whether the train held more than keepalives; refused packets count, too
     */
    public abstract void received(Worker worker, long bytes, boolean data);
}
