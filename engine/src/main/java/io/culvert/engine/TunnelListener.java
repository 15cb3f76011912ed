// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.net.InetSocketAddress;

/**
 * Hears of what happens to a tunnel. All methods are called on one thread of the tunnel's own, {@code
 * culvert-events-NAME}, one after the other in the order of the events, and never on a thread that carries packets.
 * So they may block and may call the tunnel, {@link Tunnel#close} too. While one runs, up to 8,192 events wait;
 * further ones are lost, and the log says so. What a method throws is logged, and the next event follows.
 */
public interface TunnelListener {
    /**
     * A handshake with a peer is complete: its session begins, or has new keys. Every two minutes under traffic.
     *
     * @param peer its key
     */
    default void handshakeCompleted(PublicKey peer) {}

    /**
     * A peer's authentic messages come from another address or port, to which the tunnel sends from now on.
     *
     * @param peer its key
     * @param from its last endpoint
     * @param to its new endpoint
     */
    default void peerRoamed(PublicKey peer, InetSocketAddress from, InetSocketAddress to) {}

    /**
     * The last session with a peer was not renewed and its keys are zeroed: nine minutes after its last handshake.
     *
     * @param peer its key
     */
    default void sessionExpired(PublicKey peer) {}

    /**
     * A peer answered no handshake for 90 s. Packets that waited for it are lost; the next one tries again.
     *
     * @param peer its key
     */
    default void peerUnreachable(PublicKey peer) {}

    /**
     * The tunnel ends by itself, after an error that the log has too, and is closed when this is called.
     *
     * @param cause the error
     */
    default void failed(Throwable cause) {}

    /** The tunnel ends by itself because its interface was removed, and is closed when this is called. */
    default void interfaceRemoved() {}
}
