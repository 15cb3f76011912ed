// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * A peer of a running interface, as its UAPI shows it.
 *
 * @param publicKey in base64
 * @param endpoint address and port, empty if unknown
 * @param allowedIps prefixes
 * @param handshakeSeconds time of the last handshake in Unix seconds, 0 before the first
 * @param received bytes
 * @param sent bytes
 * @param keepaliveSeconds interval of the persistent keepalive, 0 for none
 */
public record PeerStatus(
        String publicKey,
        String endpoint,
        List<String> allowedIps,
        long handshakeSeconds,
        long received,
        long sent,
        int keepaliveSeconds) {
    /** A session ends so long after its handshake (REJECT_AFTER_TIME of the protocol). */
    static final long SESSION_SECONDS = 180;

    private static final int SHORT_KEY = 10;

    /** {@code session} while the last handshake's session may live, {@code idle} after it, {@code never} before one. */
    public String state(long nowSeconds) {
        if (handshakeSeconds == 0) {
            return "never";
        }
        return nowSeconds - handshakeSeconds < SESSION_SECONDS ? "session" : "idle";
    }

    /** The first characters of the key, which name it among some thousands. */
    public String shortKey() {
        return publicKey.length() <= SHORT_KEY ? publicKey : publicKey.substring(0, SHORT_KEY);
    }

    /** Collects the lines of one peer in an answer to {@code get=1}. One thread. */
    static final class Builder {
        private final String publicKey;
        private final List<String> allowedIps = new ArrayList<>();
        private String endpoint = "";
        private long handshakeSeconds;
        private long received;
        private long sent;
        private int keepaliveSeconds;

        /**
         * Begins a peer.
         *
         * @throws IllegalArgumentException if the key is not hexadecimal
         */
        Builder(String hexKey) {
            publicKey = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hexKey));
        }

        /**
         * Takes a line; those of unknown keys are skipped.
         *
         * @throws NumberFormatException if the value of a number is none
         */
        void accept(String key, String value) {
            switch (key) {
                case "endpoint" -> endpoint = value;
                case "allowed_ip" -> allowedIps.add(value);
                case "last_handshake_time_sec" -> handshakeSeconds = Long.parseLong(value);
                case "rx_bytes" -> received = Long.parseLong(value);
                case "tx_bytes" -> sent = Long.parseLong(value);
                case "persistent_keepalive_interval" -> keepaliveSeconds = Integer.parseInt(value);
                default -> {
                    // Such as protocol_version.
                }
            }
        }

        PeerStatus build() {
            return new PeerStatus(
                    publicKey, endpoint, List.copyOf(allowedIps), handshakeSeconds, received, sent, keepaliveSeconds);
        }
    }
}
