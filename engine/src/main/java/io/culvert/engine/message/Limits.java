package io.culvert.engine.message;

/** The protocol's constants, named and valued as in the kernel's messages.h. Times are in nanoseconds. */
public final class Limits {
    private static final long SECOND = 1_000_000_000L;

    /** Messages after which the initiator asks for a new key: 2^60. */
    public static final long REKEY_AFTER_MESSAGES = 1L << 60;

    /** Bits of the replay window's ring. */
    public static final int COUNTER_BITS_TOTAL = 8192;
    /** Of which one machine word is always being cleared, and so not to be relied on. */
    public static final int COUNTER_REDUNDANT_BITS = 64;
    /** How far a counter may lie behind the greatest seen. */
    public static final int COUNTER_WINDOW_SIZE = COUNTER_BITS_TOTAL - COUNTER_REDUNDANT_BITS;

    /** The first counter that is never used: 2^64 - 8130. An unsigned number, negative in Java. */
    public static final long REJECT_AFTER_MESSAGES = -1L - COUNTER_WINDOW_SIZE - 1;

    /** Age at which the initiator asks for a new key. */
    public static final long REKEY_AFTER_TIME = 120 * SECOND;
    /** Age from which a key is not used any more. */
    public static final long REJECT_AFTER_TIME = 180 * SECOND;
    /** The least time between two initiations to one peer, and the time to wait for an answer. */
    public static final long REKEY_TIMEOUT = 5 * SECOND;
    /** Up to so much more, at random, lest two peers initiate in step. */
    public static final long REKEY_TIMEOUT_JITTER_MAX = SECOND / 3;
    /** How long after received data an answer of some kind goes out. */
    public static final long KEEPALIVE_TIMEOUT = 10 * SECOND;
    /** More attempts than this are not made: 90 s of {@link #REKEY_TIMEOUT}. */
    public static final int MAX_TIMER_HANDSHAKES = (int) (90 * SECOND / REKEY_TIMEOUT);

    /** Initiations that a responder consumes from one peer in a second. */
    public static final int INITIATIONS_PER_SECOND = 50;
    /** The least time between two consumed initiations of one peer. */
    public static final long INITIATION_INTERVAL = SECOND / INITIATIONS_PER_SECOND;

    /** How long a responder makes cookies from one secret. */
    public static final long COOKIE_SECRET_MAX_AGE = 120 * SECOND;
    /** How much sooner the other side stops to use a cookie, to allow for its journey. */
    public static final long COOKIE_SECRET_LATENCY = 5 * SECOND;

    /** Peers of one device. */
    public static final int MAX_PEERS_PER_DEVICE = 1 << 20;
    /** Handshake messages that wait to be looked at; a device is under load at an eighth of it. */
    public static final int MAX_QUEUED_INCOMING_HANDSHAKES = 4096;
    /** Packets of one peer that wait for a key. */
    public static final int MAX_STAGED_PACKETS = 128;

    /** Packets are padded to a multiple of this many bytes. */
    public static final int MESSAGE_PADDING_MULTIPLE = 16;
    /** Bytes that a data message has beside its padded packet: header and tag. A keepalive is just that. */
    public static final int DATA_OVERHEAD = DataMessage.HEADER_BYTES + DataMessage.TAG_BYTES;
    /** The outer TOS byte of initiations and responses: AF41, no ECN. */
    public static final int HANDSHAKE_DSCP = 0x88;

    private Limits() {}
}
