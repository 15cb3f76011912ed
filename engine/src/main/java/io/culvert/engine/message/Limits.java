// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.message;

/** The protocol's constants, with the names and values of the kernel's messages.h. Times are in nanoseconds. */
public final class Limits {
    private static final long SECOND = 1_000_000_000L;

    /** Messages after which the initiator renews the key: 2^60. */
    public static final long REKEY_AFTER_MESSAGES = 1L << 60;

    /** Bits of the replay window's ring. */
    public static final int COUNTER_BITS_TOTAL = 8192;
    /** Bits of the ring that are not valid, as one machine word is always clear. */
    public static final int COUNTER_REDUNDANT_BITS = 64;
    /** The maximum distance of a counter behind the greatest accepted one. */
    public static final int COUNTER_WINDOW_SIZE = COUNTER_BITS_TOTAL - COUNTER_REDUNDANT_BITS;

    /** The first counter that is never used: 2^64 - 8130. An unsigned number, negative in Java. */
    public static final long REJECT_AFTER_MESSAGES = -1L - COUNTER_WINDOW_SIZE - 1;

    /** Age at which the initiator renews the key. */
    public static final long REKEY_AFTER_TIME = 120 * SECOND;
    /** Age at which a key expires. */
    public static final long REJECT_AFTER_TIME = 180 * SECOND;
    /** The minimum time between two initiations to one peer, and the time to wait for a response. */
    public static final long REKEY_TIMEOUT = 5 * SECOND;
    /** The upper bound of the random addition to it, which keeps two peers from initiating in lockstep. */
    public static final long REKEY_TIMEOUT_JITTER_MAX = SECOND / 3;
    /** The time after received data at which a keepalive is sent if nothing else was. */
    public static final long KEEPALIVE_TIMEOUT = 10 * SECOND;
    /** A handshake is given up after more attempts than this: 90 s of {@link #REKEY_TIMEOUT}. */
    public static final int MAX_TIMER_HANDSHAKES = (int) (90 * SECOND / REKEY_TIMEOUT);

    /** Initiations from one peer that a responder consumes in a second. */
    public static final int INITIATIONS_PER_SECOND = 50;
    /** The minimum time between two consumed initiations of one peer. */
    public static final long INITIATION_INTERVAL = SECOND / INITIATIONS_PER_SECOND;

    /** Age at which a responder replaces the secret of its cookies. */
    public static final long COOKIE_SECRET_MAX_AGE = 120 * SECOND;
    /** The time by which the initiator drops a cookie earlier, to allow for the network latency. */
    public static final long COOKIE_SECRET_LATENCY = 5 * SECOND;

    /** The maximum number of peers of one device. */
    public static final int MAX_PEERS_PER_DEVICE = 1 << 20;
    /** The maximum number of queued handshake messages; a device is under load at an eighth of it. */
    public static final int MAX_QUEUED_INCOMING_HANDSHAKES = 4096;
    /** The maximum number of packets of one peer that are staged until there is a key. */
    public static final int MAX_STAGED_PACKETS = 128;

    /** Packets are padded to a multiple of this many bytes. */
    public static final int MESSAGE_PADDING_MULTIPLE = 16;
    /** Bytes of a data message without its padded packet: header and tag. A keepalive has no more. */
    public static final int DATA_OVERHEAD = DataMessage.HEADER_BYTES + DataMessage.TAG_BYTES;
    /** The outer TOS byte of initiations and responses: AF41, no ECN. */
    public static final int HANDSHAKE_DSCP = 0x88;

    private Limits() {}
}
