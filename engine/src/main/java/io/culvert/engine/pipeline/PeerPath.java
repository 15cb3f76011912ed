package io.culvert.engine.pipeline;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.Keypair;

/**
 * The part of a peer that its packets pass: what the pipeline asks of it and reports to it. {@code device.Peer} is the only
 * subclass; this class keeps the pipeline free of handshakes, timers and configuration.
 *
 * <p>Its <em>home</em> is one worker, which commits its trains. Methods belong to the home's thread unless they say otherwise.
 */
public abstract class PeerPath {
    private final Worker home;

    // Created before the first keypair can be looked up, under the handshake's lock; then never changed. Any worker
    // reads them.
    private volatile TrainQueue transmitQueue;
    private volatile TrainQueue receiveQueue;

    /** Written by the home, read by any worker before it gives packets for this peer a train. */
    private volatile boolean hasEndpoint;
    /** Written once, by the home; read by any thread. */
    private volatile boolean dead;

    /** The path of a peer that is at home on a worker. */
    protected PeerPath(Worker home) {
        this.home = home;
    }

    /** The worker that commits its trains and owns its state. Any thread. */
    public final Worker home() {
        return home;
    }

    /** Whether the peer was removed. Any thread. */
    public final boolean isDead() {
        return dead;
    }

    /** Marks the peer as removed. */
    protected final void markDead() {
        dead = true;
    }

    /** Whether its endpoint is known. Any thread. */
    public final boolean hasEndpoint() {
        return hasEndpoint;
    }

    /** Its endpoint is known from now on. */
    protected final void endpointKnown() {
        hasEndpoint = true;
    }

    /** The order of outbound trains. Any worker. */
    final TrainQueue transmitQueue() {
        return transmitQueue;
    }

    /** The order of inbound trains. Any worker. */
    final TrainQueue receiveQueue() {
        return receiveQueue;
    }

    /** Creates the queues of a peer that gets its first key; under the lock of its handshakes. */
    public final void ensureQueues() {
        if (receiveQueue == null) {
            transmitQueue = new TrainQueue(this, true);
            receiveQueue = new TrainQueue(this, false);
        }
    }

    /** The current keypair with a reference taken, or {@code null} when there is none to send with. Any worker. */
    public abstract Keypair takeSendingKeypair(long now);

    /**
     * Keeps a copy of a packet until there is a key, and asks for one. Any worker.
     *
     * @param worker the worker on whose thread this is called
     * @param vnetHeader address of the packet's virtio-net header
     * @param length of header and packet, in bytes
     * @param packets how many packets it is segmented into
     */
    public abstract void stage(Worker worker, long vnetHeader, int length, int packets);

    /** The endpoint to send to. */
    public abstract UdpEndpoint endpoint();

    /**
     * A train was sent.
     *
     * @param bytes of its messages, headers and tags included
     * @param data whether it held more than keepalives
     */
    public abstract void sent(Keypair keypair, long bytes, boolean data, long now);

    /** A train was received, and at least one of its messages is authentic and new. */
    public abstract void authenticated(Keypair keypair, UdpEndpoint from, long now);

    /**
     * The accepted part of that train; refused packets are not among the bytes, but count as data for the timers.
     *
     * @param bytes of its messages, headers and tags included
     * @param data whether it held more than keepalives
     */
    public abstract void received(long bytes, boolean data, long now);
}
