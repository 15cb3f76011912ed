// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static io.culvert.natives.generated.linux_h.EINVAL;
import static io.culvert.natives.generated.linux_h.EPROTO;

import io.culvert.engine.device.PeerUpdate.AllowedIp;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One {@code key=value} line of a UAPI {@code set}. There is a method for each type of value, which throws with
 * {@code EINVAL} if the value is malformed. Secrets are never copied into a {@code String} or a message.
 *
 * @param number the line's number for messages, counted from 1
 * @param key the key before the first {@code =}
 * @param bytes an array that begins with the line
 * @param from index of the value's first byte
 * @param to index after the value's last byte
 */
record UapiLine(int number, UapiKey key, byte[] bytes, int from, int to) {
    private static final int KEY_BYTES = 32;

    /** Parses the key in the first {@code length} bytes. The array is not copied, and stays the caller's. */
    static UapiLine of(int number, byte[] bytes, int length) throws UapiException {
        int equals = 0;
        while (equals < length && bytes[equals] != '=') {
            equals++;
        }
        if (equals == length) {
            throw new UapiException(EPROTO, "line " + number + ": expected key=value");
        }
        UapiKey key = UapiKey.of(bytes, equals);
        if (key == null) {
            throw new UapiException(EINVAL, "line " + number + ": unknown key");
        }
        return new UapiLine(number, key, bytes, equals + 1, length);
    }

    /** The exception for this line, with a message such as {@code line 1: listen_port: expected ...}. */
    UapiException bad(String expected) {
        return new UapiException(EINVAL, "line " + number + ": " + key.text() + ": " + expected);
    }

    /** The exception for a key that may be given once only. */
    UapiException duplicate() {
        return new UapiException(EINVAL, "line " + number + ": duplicate key " + key.text());
    }

    /** Parses a secret key of 64 hexadecimal digits. */
    Secret secret() throws UapiException {
        byte[] decoded = hex();
        try {
            return new Secret(decoded);
        } finally {
            Arrays.fill(decoded, (byte) 0);
        }
    }

    /** Parses a public key of 64 hexadecimal digits. */
    PublicKey publicKey() throws UapiException {
        return new PublicKey(hex());
    }

    /** Parses a decimal number from 0 to {@code max}. */
    long number(long max) throws UapiException {
        long value = AddressText.decimal(text(), max);
        if (value < 0) {
            throw bad("expected a number from 0 to " + max);
        }
        return value;
    }

    /** Checks that the value is {@code true}, the only one that flags can have. */
    void requireTrue() throws UapiException {
        if (!text().equals("true")) {
            throw bad("expected true");
        }
    }

    InetSocketAddress endpoint() throws UapiException {
        InetSocketAddress endpoint = AddressText.endpoint(text());
        if (endpoint == null) {
            throw bad("expected a numeric address and a port, such as 192.0.2.1:51820 or [2001:db8::1]:51820");
        }
        return endpoint;
    }

    /** Parses a prefix to add or, after a minus, to remove. */
    AllowedIp allowedIp() throws UapiException {
        String text = text();
        boolean remove = text.startsWith("-");
        Prefix prefix = AddressText.prefix(remove ? text.substring(1) : text);
        if (prefix == null) {
            throw bad("expected a numeric address and a prefix length, such as 10.0.0.0/8 or 2001:db8::/32");
        }
        return new AllowedIp(prefix, remove);
    }

    private String text() {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private byte[] hex() throws UapiException {
        if (to - from != 2 * KEY_BYTES) {
            throw bad("expected " + 2 * KEY_BYTES + " hex digits, got " + (to - from));
        }
        byte[] decoded = new byte[KEY_BYTES];
        for (int i = 0; i < KEY_BYTES; i++) {
            int high = bytes[from + 2 * i];
            int low = bytes[from + 2 * i + 1];
            if (!HexFormat.isHexDigit(high) || !HexFormat.isHexDigit(low)) {
                Arrays.fill(decoded, (byte) 0);
                throw bad("expected " + 2 * KEY_BYTES + " hex digits, got another character at position "
                        + (2 * i + (HexFormat.isHexDigit(high) ? 2 : 1)));
            }
            decoded[i] = (byte) (HexFormat.fromHexDigit(high) << 4 | HexFormat.fromHexDigit(low));
        }
        return decoded;
    }
}
