package io.culvert.engine.pipeline;

import io.culvert.ring.OrderedQueue;

/**
 * The trains of one peer in one direction, in the order of their packets. Any worker adds, the peer's home commits.
 */
public final class TrainQueue {
    /** Trains that may wait: beyond that latency grows and throughput does not. */
    static final int CAPACITY = 128;

    final PeerPath peer;
    final boolean transmit;
    final OrderedQueue<Train> trains = new OrderedQueue<>(CAPACITY);

    /** An empty queue. */
    TrainQueue(PeerPath peer, boolean transmit) {
        this.peer = peer;
        this.transmit = transmit;
    }
}
