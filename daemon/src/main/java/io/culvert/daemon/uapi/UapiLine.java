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
 * One {@code key=value} line of a UAPI {@code set}. Its values are read by the method of their kind, each of which
 * throws with {@code EINVAL} when the text is of another. Bytes of secrets become neither a {@code String} nor part of
 * a message.
 *
 * @param number counted from 1, for messages
 * @param key what stands before the first {@code =}
 * @param bytes the line and whatever is behind it
 * @param from where the value begins
 * @param to where it ends
 */
record UapiLine(int number, UapiKey key, byte[] bytes, int from, int to) {
    private static final int KEY_BYTES = 32;

    /** Finds the key in the first {@code length} bytes, which stay the caller's. */
    static UapiLine of(int number, byte[] bytes, int length) throws UapiException {
        int equals = 0;
        while (equals < length && bytes[equals] != '=') {
            equals++;
        }
        if (equals == length) {
            throw new UapiException(EPROTO, "line " + number + " is not of the form key=value");
        }
        UapiKey key = UapiKey.of(bytes, equals);
        if (key == null) {
            throw new UapiException(EINVAL, "line " + number + " has an unknown key");
        }
        return new UapiLine(number, key, bytes, equals + 1, length);
    }

    /** What to throw about this line. */
    UapiException bad(String why) {
        return new UapiException(EINVAL, "line " + number + ": " + key.text() + " " + why);
    }

    /** 64 hexadecimal digits of a key that is secret. */
    Secret secret() throws UapiException {
        byte[] decoded = hex();
        try {
            return new Secret(decoded);
        } finally {
            Arrays.fill(decoded, (byte) 0);
        }
    }

    /** 64 hexadecimal digits of a key that is not. */
    PublicKey publicKey() throws UapiException {
        return new PublicKey(hex());
    }

    /** A decimal number of at most {@code max}. */
    long number(long max) throws UapiException {
        long value = AddressText.decimal(text(), max);
        if (value < 0) {
            throw bad("is not a number from 0 to " + max);
        }
        return value;
    }

    /** {@code true}, the only value of keys that switch something on. */
    void requireTrue() throws UapiException {
        if (!text().equals("true")) {
            throw bad("is not \"true\"");
        }
    }

    InetSocketAddress endpoint() throws UapiException {
        InetSocketAddress endpoint = AddressText.endpoint(text());
        if (endpoint == null) {
            throw bad("is not IP:port");
        }
        return endpoint;
    }

    /** A prefix to add or, after a minus, to take away. */
    AllowedIp allowedIp() throws UapiException {
        String text = text();
        boolean remove = text.startsWith("-");
        Prefix prefix = AddressText.prefix(remove ? text.substring(1) : text);
        if (prefix == null) {
            throw bad("is not IP/length");
        }
        return new AllowedIp(prefix, remove);
    }

    private String text() {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private byte[] hex() throws UapiException {
        if (to - from != 2 * KEY_BYTES) {
            throw bad("has not 64 digits");
        }
        byte[] decoded = new byte[KEY_BYTES];
        for (int i = 0; i < KEY_BYTES; i++) {
            int high = bytes[from + 2 * i];
            int low = bytes[from + 2 * i + 1];
            if (!HexFormat.isHexDigit(high) || !HexFormat.isHexDigit(low)) {
                Arrays.fill(decoded, (byte) 0);
                throw bad("has a digit that is not hexadecimal");
            }
            decoded[i] = (byte) (HexFormat.fromHexDigit(high) << 4 | HexFormat.fromHexDigit(low));
        }
        return decoded;
    }
}
