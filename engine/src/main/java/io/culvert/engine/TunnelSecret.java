// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.noise.KeyText;
import io.culvert.engine.noise.Secret;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** What private and preshared keys have in common: 32 bytes off the heap, and their text. */
abstract sealed class TunnelSecret implements AutoCloseable permits PrivateKey, PresharedKey {
    private final Secret secret;

    TunnelSecret(Secret secret) {
        this.secret = secret;
    }

    /**
     * The bytes of a text; the caller closes them.
     *
     * @throws IllegalArgumentException if it is no key in Base64; the message does not repeat it
     */
    static Secret decode(CharSequence text) {
        Requirements.check();
        return decode(text::charAt, text.length());
    }

    private static Secret decode(IntUnaryOperator text, int length) {
        if (length != KeyText.CHARACTERS) {
            throw new IllegalArgumentException("a key in Base64 has 44 characters, not " + length);
        }
        Secret secret = KeyText.secret(text::applyAsInt);
        if (secret == null) {
            throw new IllegalArgumentException("the text is no key of 32 bytes in Base64");
        }
        return secret;
    }

    /** Reads a file of one key, as {@code wg genkey} writes it; its bytes on the heap are overwritten. */
    static Secret decode(Path file) throws IOException {
        Requirements.check();
        byte[] bytes = Files.readAllBytes(file);
        try {
            int length = bytes.length;
            while (length > 0 && Character.isWhitespace(bytes[length - 1])) {
                length--;
            }
            return decode(index -> bytes[index], length);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * The key in Base64, 44 characters. The caller overwrites the array after use.
     *
     * @return the text
     */
    public char[] toBase64() {
        char[] text = new char[KeyText.CHARACTERS];
        KeyText.encode(secret, CharBuffer.wrap(text)::put);
        return text;
    }

    Secret secret() {
        return secret;
    }

    /** Zeroes and frees the key. Idempotent. */
    @Override
    public void close() {
        secret.close();
    }

    /** Shows no secret. */
    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
