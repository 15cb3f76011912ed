// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.engine.noise.Secret;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;

/**
 * Keys in Base64, between direct buffers and secret memory, without a copy on the heap. The time that it takes does not
 * depend on the key: characters are computed, not looked up.
 */
final class KeyText {
    /** Characters of a key of 32 bytes. */
    static final int CHARACTERS = 44;

    private KeyText() {}

    /** Takes the decoded bytes. */
    interface Target {
        void put(int index, byte value);
    }

    /** Decodes the {@value #CHARACTERS} characters at {@code from}; {@code false} if they are not a key's. */
    static boolean decode(ByteBuffer text, int from, Target target) {
        int wrong = text.get(from + CHARACTERS - 1) ^ '=';
        for (int i = 0; i < Secret.BYTES; i += 3) {
            int bits = 0;
            for (int j = 0; j < 4; j++) {
                int at = i / 3 * 4 + j;
                int value = at == CHARACTERS - 1 ? 0 : value(text.get(from + at));
                wrong |= value >> 31;
                bits = bits << 6 | value & 63;
            }
            for (int j = 0; j < 3 && i + j < Secret.BYTES; j++) {
                target.put(i + j, (byte) (bits >> (16 - 8 * j)));
            }
            // The last character has two bits that no byte takes.
            wrong |= i + 3 > Secret.BYTES ? bits & 255 : 0;
        }
        return wrong == 0;
    }

    /** Appends a secret to a buffer with room for it. */
    static void encode(Secret secret, ByteBuffer output) {
        for (int i = 0; i < Secret.BYTES; i += 3) {
            int bits = 0;
            for (int j = 0; j < 3; j++) {
                int value = i + j < Secret.BYTES ? Memory.getByte(secret.address() + i + j) & 255 : 0;
                bits = bits << 8 | value;
            }
            for (int j = 0; j < 4; j++) {
                boolean padding = i + 3 > Secret.BYTES && j == 3;
                output.put(padding ? (byte) '=' : character(bits >> (18 - 6 * j) & 63));
            }
        }
    }

    /** All ones if {@code c} is from {@code low} to {@code high}, else 0. */
    private static int within(int c, int low, int high) {
        return ((low - 1 - c) & (c - high - 1)) >> 31;
    }

    /** The six bits that a character stands for, or -1. */
    private static int value(int c) {
        return -1
                + (within(c, 'A', 'Z') & (c - 'A' + 1)
                        | within(c, 'a', 'z') & (c - 'a' + 27)
                        | within(c, '0', '9') & (c - '0' + 53)
                        | within(c, '+', '+') & 63
                        | within(c, '/', '/') & 64);
    }

    private static byte character(int bits) {
        return (byte) (within(bits, 0, 25) & ('A' + bits)
                | within(bits, 26, 51) & ('a' + bits - 26)
                | within(bits, 52, 61) & ('0' + bits - 52)
                | within(bits, 62, 62) & '+'
                | within(bits, 63, 63) & '/');
    }
}
