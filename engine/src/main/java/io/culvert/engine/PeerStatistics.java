// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A peer's state at one moment.
 *
 * @param publicKey which peer
 * @param endpoint where it is, as configured or learnt since; empty if not known
 * @param lastHandshake when the last handshake was completed; empty before the first
 * @param receivedBytes UDP payload bytes received, handshakes included
 * @param sentBytes UDP payload bytes sent, likewise
 * @param keepalive the interval of keepalives, zero for none
 * @param allowedIps in the order they were added
 */
public record PeerStatistics(
        PublicKey publicKey,
        Optional<InetSocketAddress> endpoint,
        Optional<Instant> lastHandshake,
        long receivedBytes,
        long sentBytes,
        Duration keepalive,
        List<Cidr> allowedIps) {}
