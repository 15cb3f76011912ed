// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

/**
 * A UDP datagram under way.
 *
 * @param payload not to be changed
 * @param from the sender
 * @param to the receiver
 * @param ecn ECN bits of the outer header
 * @param dscp the DSCP part of the outer TOS byte
 */
public record Datagram(byte[] payload, Address from, Address to, int ecn, int dscp) {
    /** WireGuard's message type, or -1 when there is not even that. */
    public int type() {
        return payload.length < 4 ? -1 : payload[0] | payload[1] << 8 | payload[2] << 16 | payload[3] << 24;
    }

    /** The same from another sender. */
    public Datagram withFrom(Address other) {
        return new Datagram(payload, other, to, ecn, dscp);
    }

    /** The same with another outer ECN mark. */
    public Datagram withEcn(int other) {
        return new Datagram(payload, from, to, other, dscp);
    }
}
