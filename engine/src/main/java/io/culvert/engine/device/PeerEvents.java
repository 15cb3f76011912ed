// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.PublicKey;

/**
 * Hears of what happens to a device's peers. Called on workers' threads, several at once: the methods neither block nor
 * throw, and take no lock that another thread may hold while it waits for the device.
 */
public interface PeerEvents {
    /** Hears nothing. */
    PeerEvents NONE = new PeerEvents() {};

    /** A handshake is complete: a session begins, or gets new keys. */
    default void handshakeCompleted(PublicKey peer) {}

    /**
     * An authentic message came from another address or port than the last endpoint.
     *
     * @param from the endpoint before; neither endpoint changes any more
     */
    default void roamed(PublicKey peer, UdpEndpoint from, UdpEndpoint to) {}

    /** The keys of the last session, which was not renewed, are zeroed. */
    default void sessionExpired(PublicKey peer) {}

    /** Initiations of a handshake got no answer for 90 s; the next packet begins another. */
    default void handshakeGivenUp(PublicKey peer) {}
}
