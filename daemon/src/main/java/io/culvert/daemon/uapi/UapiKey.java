// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The keys of a UAPI {@code set}: those of the interface first, then {@link #PUBLIC_KEY}, which begins a peer, then
 * those of a peer.
 */
enum UapiKey {
    PRIVATE_KEY,
    LISTEN_PORT,
    FWMARK,
    REPLACE_PEERS,
    PUBLIC_KEY,
    REMOVE,
    UPDATE_ONLY,
    PRESHARED_KEY,
    ENDPOINT,
    PERSISTENT_KEEPALIVE_INTERVAL,
    REPLACE_ALLOWED_IPS,
    ALLOWED_IP,
    PROTOCOL_VERSION;

    private static final Map<String, UapiKey> BY_TEXT =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(UapiKey::text, Function.identity()));
    private static final int LONGEST = 32;

    /** Returns the key named by the first {@code length} bytes of a line, or {@code null} if it is unknown. */
    static UapiKey of(ByteBuffer line, int length) {
        if (length > LONGEST) {
            return null;
        }
        byte[] text = new byte[length];
        line.get(0, text);
        return BY_TEXT.get(new String(text, StandardCharsets.ISO_8859_1));
    }

    /** The key's text in a request. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isInterface() {
        return compareTo(PUBLIC_KEY) < 0;
    }

    boolean mayRepeat() {
        return this == ALLOWED_IP;
    }
}
