// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.natives.Memory;

/**
 * Keys in Base64 (RFC 4648, section 4). No copy is made; the time does not depend on the key, since characters are
 * computed and not looked up. Any thread.
 */
public final class KeyText {
    /** Characters of a key: 43 for its 256 bits, of which the last has two bits too many, and a padding. */
    public static final int CHARACTERS = 44;

    private static final int SYMBOLS = 43;
    private static final int BITS = 6;
    private static final int VALUE = 0x3f;
    /** The part of the last symbol that must be zero. */
    private static final int UNUSED = 0b11;

    private KeyText() {}

    /** A text, wherever it lies. */
    public interface Source {
        /** The character at an index below {@value #CHARACTERS}. */
        int at(int index);
    }

    /** Takes the bytes of a key. */
    public interface Target {
        /** Takes the byte at an index, from 0 on. */
        void put(int index, byte value);
    }

    /** Takes the characters of a text, in order. */
    public interface Sink {
        /** Takes the next one. */
        void put(char character);
    }

    /** Decodes a text; {@code false} if it is not a key's, and the target has got something else. */
    public static boolean decode(Source text, Target target) {
        int wrong = text.at(SYMBOLS) ^ '=';
        int bits = 0;
        int count = 0;
        int at = 0;
        for (int i = 0; i < SYMBOLS; i++) {
            int value = value(text.at(i));
            wrong |= value & ~VALUE;
            bits = bits << BITS | value & VALUE;
            count += BITS;
            if (count >= Byte.SIZE) {
                count -= Byte.SIZE;
                target.put(at++, (byte) (bits >> count));
            }
        }
        return (wrong | bits & UNUSED) == 0;
    }

    /** Decodes a text into a new secret, which the caller closes; {@code null} if it is not a key's. */
    public static Secret secret(Source text) {
        Secret secret = new Secret();
        if (decode(text, (i, value) -> Memory.putByte(secret.address() + i, value))) {
            return secret;
        }
        secret.close();
        return null;
    }

    /** Writes the text of a secret. */
    public static void encode(Secret secret, Sink sink) {
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
            sink.put(symbol(bits >> count & VALUE));
        }
        sink.put('=');
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

    private static char symbol(int value) {
        return (char) ((mask(value, 0, 25) & 'A' + value)
                | (mask(value, 26, 51) & 'a' + value - 26)
                | (mask(value, 52, 61) & '0' + value - 52)
                | (mask(value, 62, 62) & '+')
                | (mask(value, 63, 63) & '/'));
    }
}
