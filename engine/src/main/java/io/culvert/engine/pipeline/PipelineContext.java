package io.culvert.engine.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.IndexTable;
import java.util.function.Supplier;

/**
 * What the workers of a device share with it.
 *
 * @param platform clock, random source, TUN and UDP
 * @param aeads creates a worker's AEAD, on the worker's thread
 * @param allowedIps the peer of an inner address
 * @param indexTable the session or handshake of a receiver index
 * @param handshakes takes handshake messages
 * @param onEnd called on a worker's thread when the TUN was removed or the worker failed, so that the device has to end; may be
 *     called more than once, returns at once
 */
public record PipelineContext(
        Platform platform,
        Supplier<Aead> aeads,
        AllowedIps<? extends PeerPath> allowedIps,
        IndexTable indexTable,
        HandshakeReceiver handshakes,
        Runnable onEnd) {
    /** Takes handshake messages off the workers. */
    @FunctionalInterface
    public interface HandshakeReceiver {
        /**
         * Copies a message of a handshake message's length; any worker.
         *
         * @param worker the worker that received it, and through which a cookie reply is sent
         * @param message its address
         * @return {@code false} when the queue is full
         */
        boolean offer(Worker worker, long message, int length, UdpEndpoint from);
    }
}
