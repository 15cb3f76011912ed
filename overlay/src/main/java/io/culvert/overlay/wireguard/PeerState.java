// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import java.util.List;

/**
 * What an interface tells of a peer.
 *
 * @param endpoint as {@link io.culvert.overlay.record.Endpoint} writes it; empty if the interface knows none
 * @param handshakeMillis wall-clock time of the last handshake in milliseconds since 1970, 0 if there was none
 * @param receivedBytes bytes of messages from the peer
 * @param sentBytes bytes of messages to the peer, those of handshakes included
 * @param keepaliveSeconds interval of keepalives, 0 if there are none
 */
public record PeerState(
        Key key,
        String endpoint,
        long handshakeMillis,
        long receivedBytes,
        long sentBytes,
        int keepaliveSeconds,
        List<Prefix> allowedIps) {}
