// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import java.util.Map;
import java.util.Optional;

/**
 * A tunnel's state at one moment. Counters count since its start, all workers together.
 *
 * @param port the open UDP port, 0 while there is none
 * @param unreadyReason why no packets are carried, such as a port that another program has; empty if they are
 * @param cipher the cipher that serves: {@code vector-512}, {@code vector-256}, {@code openssl} or {@code jce}
 * @param sentPackets data messages sent, keepalives included
 * @param sentBytes their bytes, with headers and tags
 * @param receivedPackets data messages accepted, keepalives included
 * @param receivedBytes their bytes, with headers and tags
 * @param handshakes handshakes that gave a session
 * @param drops packets dropped by cause, such as {@code tx_no_peer}; the causes are those of the metrics
 */
public record TunnelStatistics(
        int port,
        Optional<String> unreadyReason,
        String cipher,
        long sentPackets,
        long sentBytes,
        long receivedPackets,
        long receivedBytes,
        long handshakes,
        Map<String, Long> drops) {}
