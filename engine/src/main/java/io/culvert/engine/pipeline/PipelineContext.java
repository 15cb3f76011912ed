// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.IndexEntry;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.IndexTable;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The parts of a device that its workers use.
 *
 * @param platform clock, random source, TUN and UDP
 * @param aeads creates a worker's AEAD, on the worker's thread
 * @param allowedIps finds the peer of an inner address
 * @param indexTable finds the session or handshake of a receiver index
 * @param handshakes takes handshake messages
 * @param end hears why the device must be closed
 */
public record PipelineContext(
        Platform platform,
        Supplier<Aead> aeads,
        AllowedIps<? extends PeerPath> allowedIps,
        IndexTable<? extends IndexEntry<? extends PeerPath>> indexTable,
        HandshakeReceiver handshakes,
        End end) {
    /**
     * Hears from the device's threads that it must be closed. Any thread; may be called more than once, returns at once
     * and throws nothing.
     */
    public interface End {
        /** The TUN was removed. */
        void tunRemoved();

        /**
         * A thread has met what it cannot handle, and does not work any more.
         *
         * @param thread its name
         * @param cause what it met
         */
        void failed(String thread, Throwable cause);

        /** The first cause of a failure; empty if there was none. */
        Optional<Throwable> failure();
    }

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
