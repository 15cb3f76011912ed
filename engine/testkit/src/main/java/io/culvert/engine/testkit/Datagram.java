// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

/**
 * A UDP datagram in a {@link MemoryNetwork}.
 *
 * @param payload its bytes, which stay unchanged
 * @param from the sender
 * @param to the receiver
 * @param ecn ECN bits of the outer header
 * @param dscp the DSCP part of the outer TOS byte
 */
public record Datagram(byte[] payload, Address from, Address to, int ecn, int dscp) {
    /** WireGuard's message type, the first four bytes; -1 if the payload is shorter. */
    public int type() {
        return payload.length < 4 ? -1 : payload[0] | payload[1] << 8 | payload[2] << 16 | payload[3] << 24;
    }

    /** A copy with another sender. */
    public Datagram withFrom(Address other) {
        return new Datagram(payload, other, to, ecn, dscp);
    }

    /** A copy with other ECN bits. */
    public Datagram withEcn(int other) {
        return new Datagram(payload, from, to, other, dscp);
    }

    /** A copy with bit {@code bit} of the payload inverted. */
    public Datagram withBitInverted(int bit) {
        byte[] copy = payload.clone();
        copy[bit / 8] ^= (byte) (1 << bit % 8);
        return new Datagram(copy, from, to, ecn, dscp);
    }
}
