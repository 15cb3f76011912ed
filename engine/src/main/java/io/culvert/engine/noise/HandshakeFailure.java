// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

/** Why a handshake gave no session, or a handshake message was refused after its MACs were found right. */
public enum HandshakeFailure {
    /** No answer to an initiation came within five seconds; it is sent again. */
    TIMED_OUT,
    /** No answer came to twenty initiations in a row; packets that waited were dropped. */
    GIVEN_UP,
    /** An initiation of a sender whose static key is no peer's. */
    UNKNOWN_PEER,
    /** An initiation that could not be decrypted. */
    NOT_AUTHENTIC,
    /** An initiation whose timestamp is not later than that of one before. */
    REPLAYED,
    /** An initiation within 20 ms of the peer's last one. */
    TOO_FREQUENT,
    /** A response that could not be decrypted, as when the preshared keys differ. */
    WRONG_RESPONSE,
    /** A cookie reply that could not be decrypted, or that answers no message. */
    WRONG_COOKIE,
    /** The memory for another session is used up. */
    NO_MEMORY;

    /** Hears of failures. */
    @FunctionalInterface
    public interface Sink {
        /**
         * A handshake has failed. Any thread.
         *
         * @param why the reason
         * @param peer the static key of the other end, which it may only claim to have; {@code null} if it is unknown
         */
        void failed(HandshakeFailure why, PublicKey peer);
    }
}
