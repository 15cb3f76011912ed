// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.noise.Secret;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Keys in Base64 (RFC 4648, section 4). Secrets neither pass the heap nor choose branches or addresses. Any thread.
 */
final class KeyText {
    /** 32 bytes are 43 characters, of which the last has four bits of them, and a padding. */
    private static final int CHARACTERS = 44;

    private static final int SYMBOLS = 43;
    private static final int BITS = 6;
    /** The part of the last symbol that must be zero. */
    private static final int UNUSED = 0b11;

    private KeyText() {}

    /**
     * The bytes of a text, off the heap; the caller closes them.
     *
     * @throws IllegalArgumentException if it is no key in Base64; the message does not repeat it
     */
    static Secret decode(CharSequence text) {
        if (text.length() != CHARACTERS) {
            throw new IllegalArgumentException("a key in Base64 has 44 characters, not " + text.length());
        }
        Secret secret = new Secret();
        int wrong = text.charAt(SYMBOLS) ^ '=';
        int bits = 0;
        int count = 0;
        long at = secret.address();
        for (int i = 0; i < SYMBOLS; i++) {
            int value = value(text.charAt(i));
            wrong |= value & ~0x3f;
            bits = bits << BITS | value & 0x3f;
            count += BITS;
            if (count >= Byte.SIZE) {
                count -= Byte.SIZE;
                Memory.putByte(at++, (byte) (bits >> count));
            }
        }
        wrong |= bits & UNUSED;
        if (wrong != 0) {
            secret.close();
            throw new IllegalArgumentException("the text is no key of 32 bytes in Base64");
        }
        return secret;
    }

    /** The value of a symbol, 0 to 63, or a negative one. */
    private static int value(int symbol) {
        return -1
                + (mask(symbol, 'A', 'Z') & (symbol - 'A' + 1))
                + (mask(symbol, 'a', 'z') & (symbol - 'a' + 27))
                + (mask(symbol, '0', '9') & (symbol - '0' + 53))
                + (mask(symbol, '+', '+') & 63)
                + (mask(symbol, '/', '/') & 64);
    }

    /** All ones if {@code first <= value <= last}, else 0. */
    private static int mask(int value, int first, int last) {
        return (first - 1 - value & value - 1 - last) >> (Integer.SIZE - 1);
    }

    /** The text of a secret, which the caller overwrites after use. */
    static char[] encode(Secret secret) {
        char[] text = new char[CHARACTERS];
        text[SYMBOLS] = '=';
        int bits = 0;
        int count = 0;
        int next = 0;
        for (int i = 0; i < SYMBOLS; i++) {
            if (count < BITS) {
                int octet = next < Secret.BYTES ? Memory.getByte(secret.address() + next) & 0xff : 0;
                next++;
                bits = bits << Byte.SIZE | octet;
                count += Byte.SIZE;
            }
            count -= BITS;
            text[i] = symbol(bits >> count & 0x3f);
        }
        return text;
    }

    private static char symbol(int value) {
        return (char) ((mask(value, 0, 25) & 'A' + value)
                | (mask(value, 26, 51) & 'a' + value - 26)
                | (mask(value, 52, 61) & '0' + value - 52)
                | (mask(value, 62, 62) & '+')
                | (mask(value, 63, 63) & '/'));
    }

    /** Reads a file of one key, as {@code wg genkey} writes it; its bytes on the heap are overwritten. */
    static Secret read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        try {
            int length = bytes.length;
            while (length > 0 && Character.isWhitespace(bytes[length - 1])) {
                length--;
            }
            return decode(new Latin1(bytes, 0, length));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** A view of bytes that makes no copy. */
    private record Latin1(byte[] bytes, int from, int length) implements CharSequence {
        @Override
        public char charAt(int index) {
            return (char) (bytes[from + index] & 0xff);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Latin1(bytes, from + start, end - start);
        }

        /** Shows no secret. */
        @Override
        public String toString() {
            return length + " bytes";
        }
    }
}
