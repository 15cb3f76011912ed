package io.culvert.engine.pipeline;

/** Why a packet went no further. */
public enum DropCause {
    /** From the TUN: not an IP packet, or one whose headers contradict each other. */
    TX_MALFORMED,
    /** From the TUN: no peer's allowed IPs hold the destination. */
    TX_NO_PEER,
    /** From the TUN: the peer's endpoint is not known. */
    TX_NO_ENDPOINT,
    /** From the TUN: too much waits for a handshake. */
    TX_STAGED_FULL,
    /** From the TUN: no train was free, or the peer's queue was full. */
    TX_OVERLOAD,
    /** From the TUN: the peer was removed, or its key used up, meanwhile. */
    TX_DEAD,
    /** From the network: neither a data message nor a handshake message of the right length. */
    RX_MALFORMED,
    /** From the network: no session has this receiver index. */
    RX_UNKNOWN_INDEX,
    /** From the network: the session is too old or used up. */
    RX_EXPIRED,
    /** From the network: no train was free, or the peer's queue was full. */
    RX_OVERLOAD,
    /** From the network: the tag is wrong. */
    RX_NOT_AUTHENTIC,
    /** From the network: the counter was seen before or is too old. */
    RX_REPLAYED,
    /** From the network: the peer was removed meanwhile. */
    RX_DEAD,
    /** From a peer: not an IP packet, or longer by its header than it is. */
    RX_BAD_PACKET,
    /** From a peer: the inner source address is not among its allowed IPs. */
    RX_BAD_SOURCE,
    /** From the network: handshake messages came faster than they could be looked at. */
    HANDSHAKE_OVERLOAD
}
