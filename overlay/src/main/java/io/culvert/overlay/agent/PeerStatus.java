// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.wireguard.PeerState;
import java.util.List;
import java.util.Optional;

/**
 * How a peer does.
 *
 * @param name of the node
 * @param publicKey the key in use
 * @param endpoint where packets go; empty if it is not known
 * @param handshakeMillis time of the last handshake in milliseconds since 1970; 0: none
 * @param membershipEndSeconds in seconds since 1970
 * @param allowedIps what is sent to it and accepted from it
 */
record PeerStatus(
        String name,
        String publicKey,
        String endpoint,
        long handshakeMillis,
        long receivedBytes,
        long sentBytes,
        long membershipEndSeconds,
        boolean isChangingKey,
        List<String> allowedIps) {
    static PeerStatus of(AppliedPeer peer, KnownNode node) {
        Optional<PeerState> state = peer.state();
        return new PeerStatus(
                peer.plan().name(),
                peer.active().toString(),
                state.map(PeerState::endpoint).orElse(""),
                state.map(PeerState::handshakeMillis).orElse(0L),
                state.map(PeerState::receivedBytes).orElse(0L),
                state.map(PeerState::sentBytes).orElse(0L),
                node == null ? 0 : node.member.notAfter().getEpochSecond(),
                peer.plan().otherKey() != null,
                peer.plan().allowedIps().stream().map(Prefix::toString).toList());
    }
}
