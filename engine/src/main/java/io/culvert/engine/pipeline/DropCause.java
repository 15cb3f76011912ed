// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

/** Why a packet was dropped. */
public enum DropCause {
    /** From the TUN: not an IP packet, or one whose headers contradict each other. */
    TX_MALFORMED,
    /** From the TUN: no peer's allowed IPs contain the destination. */
    TX_NO_PEER,
    /** From the TUN: the peer's endpoint is not known. */
    TX_NO_ENDPOINT,
    /** From the TUN: the limit of staged packets was reached, or the handshake was given up. */
    TX_STAGED_FULL,
    /** From the TUN: no train was free, or the peer's queue was full. */
    TX_OVERLOAD,
    /** From the TUN: the peer was removed, or its keypair reached REJECT_AFTER_MESSAGES. */
    TX_DEAD,
    /** From the network: neither a data message nor a handshake message of the right length. */
    RX_MALFORMED,
    /** From the network: no session has this receiver index. */
    RX_UNKNOWN_INDEX,
    /** From the network: the session is older than REJECT_AFTER_TIME or reached REJECT_AFTER_MESSAGES. */
    RX_EXPIRED,
    /** From the network: no train was free, or the peer's queue was full. */
    RX_OVERLOAD,
    /** From the network: the authentication tag is wrong. */
    RX_NOT_AUTHENTIC,
    /** From the network: the counter was received before, or is behind the replay window. */
    RX_REPLAYED,
    /** From the network: the peer was removed. */
    RX_DEAD,
    /** From a peer: not an IP packet, or its header states more bytes than there are. */
    RX_BAD_PACKET,
    /** From a peer: the inner source address is not among its allowed IPs. */
    RX_BAD_SOURCE,
    /** From the network: the queue of handshake messages was full. */
    HANDSHAKE_OVERLOAD
}
