// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

/** What became of a handshake message that was received. */
public enum HandshakeOutcome {
    /** It was given to the handshake threads. */
    ACCEPTED,
    /** It is not a handshake message, or has the wrong length. */
    MALFORMED,
    /** A response or cookie reply that answers no message of this device. */
    UNKNOWN_INDEX,
    /** mac1 is wrong. */
    WRONG_MAC,
    /** Under load: it has no valid cookie and was answered with one. */
    COOKIE_SENT,
    /** Under load: its source has a cookie, but exceeds its rate. */
    RATE_LIMITED,
    /** The queue was full, or under load too many messages without a cookie came to answer all of them. */
    OVERLOAD
}
