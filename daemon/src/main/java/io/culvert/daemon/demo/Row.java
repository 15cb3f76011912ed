// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import java.util.EnumMap;
import java.util.Map;

/**
 * The results of one direction of one tunnel.
 *
 * @param from the sending program
 * @param to the receiving program
 * @param initiator whether the sending program initiated the handshake
 * @param ipv6 whether the tunnel ran over IPv6
 * @param handshakeMillis round trip time of the first packet, including the handshake
 * @param pingMillis mean round trip time
 * @param flows by load; a load that failed is missing
 */
record Row(
        Implementation from,
        Implementation to,
        boolean initiator,
        boolean ipv6,
        double handshakeMillis,
        double pingMillis,
        Map<Load, Flow> flows) {
    Row(
            Implementation from,
            Implementation to,
            boolean initiator,
            boolean ipv6,
            double handshakeMillis,
            double pingMillis) {
        this(from, to, initiator, ipv6, handshakeMillis, pingMillis, new EnumMap<>(Load.class));
    }
}
