// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** A WireGuard interface, as an agent drives it. One thread at a time. */
public interface WireGuard {
    /**
     * Sets the private key, and the UDP port unless it is 0. Setting the key that is set changes nothing; another one
     * ends all sessions, which begin anew by a handshake.
     *
     * @throws IOException if the interface cannot be reached or refuses
     */
    void configure(PrivateKey key, int listenPort) throws IOException;

    /**
     * Makes changes, in order.
     *
     * @throws IOException if the interface cannot be reached or refuses; some of the changes may have been made
     */
    void apply(List<PeerChange> changes) throws IOException;

    /**
     * Gives all peers, one after the other.
     *
     * @return the UDP port, 0 if there is none
     * @throws IOException if the interface cannot be reached or its answer is not understood
     */
    int read(Consumer<PeerState> peers) throws IOException;
}
