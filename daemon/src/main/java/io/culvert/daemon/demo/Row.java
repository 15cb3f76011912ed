package io.culvert.daemon.demo;

import java.util.EnumMap;
import java.util.Map;

/**
 * What one direction of one tunnel gave.
 *
 * @param from the sending program
 * @param to the receiving program
 * @param initiator which of the two began the handshake: {@code true} for the sending one
 * @param ipv6 what the tunnel ran over
 * @param handshakeMillis from the first packet to its answer, the handshake included
 * @param pingMillis mean round trip time
 * @param flows what was measured; a load that failed is missing
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
