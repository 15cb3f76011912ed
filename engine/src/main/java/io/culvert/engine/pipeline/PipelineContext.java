// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.IndexEntry;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.IndexTable;
import java.util.function.Supplier;

/**
 * The parts of a device that its workers use.
 *
 * @param platform clock, random source, TUN and UDP
 * @param aeads creates a worker's AEAD, on the worker's thread
 * @param allowedIps finds the peer of an inner address
 * @param indexTable finds the session or handshake of a receiver index
 * @param handshakes takes handshake messages
 * @param onEnd called on a worker's thread when the TUN was removed or the worker failed, so that the device must be
 *     closed; may be called more than once, returns at once
 */
public record PipelineContext(
        Platform platform,
        Supplier<Aead> aeads,
        AllowedIps<? extends PeerPath> allowedIps,
        IndexTable<? extends IndexEntry<? extends PeerPath>> indexTable,
        HandshakeReceiver handshakes,
        Runnable onEnd) {
    /** Takes handshake messages from the workers. */
    @FunctionalInterface
    public interface HandshakeReceiver {
        /**
         * Enqueues a copy of a message, which has the length of its type. Any worker.
         *
         * @param worker the worker that received it, which also sends a cookie reply
         * @param message the address of the message
         * @return {@code false} when the queue is full
         */
        boolean offer(Worker worker, long message, int length, UdpEndpoint from);
    }
}
