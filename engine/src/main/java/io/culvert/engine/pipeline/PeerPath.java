// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.Keypair;

/**
 * A peer as the pipeline knows it, without handshakes, timers and configuration. {@code device.Peer} is the only
 * subclass.
 *
 * <p>The peer's <em>home</em> is one worker, which commits its trains. Methods belong to the home's thread unless they
 * say otherwise.
 */
public abstract class PeerPath {
    private final Worker home;

    // Written once, by a handshake thread under the handshake's monitor. Any worker reads them, after it has got a
    // keypair of the peer from the index table or from takeSendingKeypair, whose release and acquire order the write
    // before the read.
    private volatile TrainQueue transmitQueue;
    private volatile TrainQueue receiveQueue;

    /**
     * Written by the home; read by any worker before it fills a train for this peer. Volatile, because no other fence
     * orders it.
     */
    private volatile boolean hasEndpoint;
    /** Written once, by the home; read by any thread. Volatile, because no other fence orders it. */
    private volatile boolean dead;

    /** A peer at home on a worker. */
    protected PeerPath(Worker home) {
        this.home = home;
    }

    /** The worker that commits the peer's trains and owns its state. Any thread. */
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

    /** Creates the queues, before the peer's first keypair is published. Under the monitor of the peer's handshake. */
    public final void ensureQueues() {
        if (receiveQueue == null) {
            transmitQueue = new TrainQueue(this, true);
            receiveQueue = new TrainQueue(this, false);
        }
    }

    /**
     * The current keypair with a reference taken, or {@code null} when no keypair may send at {@code now}. Any worker.
     */
    public abstract Keypair<?> takeSendingKeypair(long now);

    /**
     * Stages a copy of a packet until there is a keypair, and initiates a handshake. Any worker.
     *
     * @param worker the worker on whose thread this is called
     * @param vnetHeader address of the packet's virtio-net header
     * @param length of header and packet, in bytes
     * @param packets the number of packets that it will be segmented into
     */
    public abstract void stage(Worker worker, long vnetHeader, int length, int packets);

    /** The endpoint to send to. */
    public abstract UdpEndpoint endpoint();

    /**
     * A train was sent.
     *
     * @param bytes of all messages, headers and tags included
     * @param data whether the train held more than keepalives
     */
    public abstract void sent(Keypair<?> keypair, long bytes, boolean data, long now);

    /** A train was received in which at least one message is authentic and new. */
    public abstract void authenticated(Keypair<?> keypair, UdpEndpoint from, long now);

    /**
     * The train of {@link #authenticated} was delivered.
     *
     * @param bytes of the messages whose inner packets were accepted, headers and tags included
     * @param data whether the train held more than keepalives; refused packets count, too
     */
    public abstract void received(long bytes, boolean data, long now);
}
