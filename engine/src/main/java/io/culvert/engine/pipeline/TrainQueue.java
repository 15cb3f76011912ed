// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.ring.OrderedQueue;

/**
 * The trains of one peer in one direction, in the order of their packets. Producers: any worker. Consumer: the worker
 * that holds the queue's token.
 */
public final class TrainQueue {
    /** A longer queue adds latency, but no throughput. */
    static final int CAPACITY = 128;

    final PeerPath peer;
    final boolean transmit;
    final OrderedQueue<Train> trains = new OrderedQueue<>(CAPACITY);
    /**
     * The worker that holds the token, {@code null} from before its release. Written by the holder. Each worker only
     * compares it with itself, for which its own writes suffice; so it needs no fence.
     */
    Worker holder;

    /** An empty queue. */
    TrainQueue(PeerPath peer, boolean transmit) {
        this.peer = peer;
        this.transmit = transmit;
    }
}
