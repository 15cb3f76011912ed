// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static io.culvert.natives.generated.linux_h.EINVAL;
import static io.culvert.natives.generated.linux_h.EPROTO;

import io.culvert.engine.device.PeerUpdate.AllowedIp;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.natives.Memory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * One {@code key=value} line of a UAPI {@code set}. There is a method for each type of value, which throws with
 * {@code EINVAL} if the value is malformed. Secrets are never copied to the heap.
 *
 * @param number the line's number for messages, counted from 1
 * @param key the key before the first {@code =}
 * @param bytes a direct buffer that begins with the line
 * @param from index of the value's first byte
 * @param to index after the value's last byte
 */
record UapiLine(int number, UapiKey key, ByteBuffer bytes, int from, int to) {
    private static final int KEY_BYTES = 32;

    /** Parses the key in the first {@code length} bytes. The buffer is not copied, and stays the caller's. */
    static UapiLine of(int number, ByteBuffer bytes, int length) throws UapiException {
        int equals = 0;
        while (equals < length && bytes.get(equals) != '=') {
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
        Secret secret = new Secret();
        try {
            hex((i, value) -> Memory.putByte(secret.address() + i, value));
            return secret;
        } catch (UapiException e) {
            secret.close();
            throw e;
        }
    }

    /** Parses a public key of 64 hexadecimal digits. */
    PublicKey publicKey() throws UapiException {
        byte[] decoded = new byte[KEY_BYTES];
        hex((i, value) -> decoded[i] = value);
        return new PublicKey(decoded);
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
        byte[] text = new byte[to - from];
        bytes.get(from, text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** Receives the decoded bytes of a key. */
    private interface Target {
        void put(int index, byte value);
    }

    private void hex(Target target) throws UapiException {
        if (to - from != 2 * KEY_BYTES) {
            throw bad("expected " + 2 * KEY_BYTES + " hex digits, got " + (to - from));
        }
        for (int i = 0; i < KEY_BYTES; i++) {
            int high = bytes.get(from + 2 * i);
            int low = bytes.get(from + 2 * i + 1);
            if (!HexFormat.isHexDigit(high) || !HexFormat.isHexDigit(low)) {
                throw bad("expected " + 2 * KEY_BYTES + " hex digits, got another character at position "
                        + (2 * i + (HexFormat.isHexDigit(high) ? 2 : 1)));
            }
            target.put(i, (byte) (HexFormat.fromHexDigit(high) << 4 | HexFormat.fromHexDigit(low)));
        }
    }
}
