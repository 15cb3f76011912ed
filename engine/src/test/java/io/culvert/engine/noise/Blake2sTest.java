// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Blake2sTest {
    private static final byte[] ASCENDING = ascending(256);

    private static byte[] ascending(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void hashesAsRfc7693AppendixB() {
        assertThat(hex(Blake2s.hash("abc".getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
    }

    /** Expected values from another implementation: Python's hashlib. The input is 0, 1, 2, ... */
    @ParameterizedTest
    @CsvSource({
        "0, 69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9",
        "1, e34d74dbaf4ff4c6abd871cc220451d2ea2648846c7757fbaac82fe51ad64bea",
        "64, 56f34e8b96557e90c1f24b52d0c89d51086acf1b00f634cf1dde9233b8eaaa3e",
        "200, 6d244e1a06ce4ef578dd0f63aff0936706735119ca9c8d22d86c801414ab9741"
    })
    void hashes(int length, String expected) {
        assertThat(hex(Blake2s.hash(Arrays.copyOf(ASCENDING, length)))).isEqualTo(expected);
    }

    /** Expected values from Python's hashlib, with the first bytes of the same input as the key. */
    @ParameterizedTest
    @CsvSource({
        "32, 0, 9536f9b267655743dee97b8a670f9f53",
        "32, 1, 13bacfb85b48a1223c595f8c1e7e82cb",
        "32, 64, f1efa90d2547036841ecd3627fafbc36",
        "32, 65, 811ff8686d23a435ecbd0bdafcd27b1b",
        "32, 116, 072e94ffbfc684bd8ab2a1b9dade2fd5",
        "32, 148, 33bd6c20ca2a7ab916d6e98003c6c5f8",
        "16, 18, 9d00d53d9760fba6fa0d204be6622e85"
    })
    void authenticates(int keyLength, int length, String expected) {
        assertThat(hex(Blake2s.mac(Arrays.copyOf(ASCENDING, keyLength), ASCENDING, length)))
                .isEqualTo(expected);
    }

    @Test
    void kdfMatchesHkdf() {
        Laws.check(50, draw -> {
            byte[] chainingKey = draw.bytes(32, 32);
            byte[] input = draw.bytes(0, 64);

            HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new Blake2sDigest(256));
            hkdf.init(new HKDFParameters(input, chainingKey, null));
            byte[] expected = new byte[96];
            hkdf.generateBytes(expected, 0, expected.length);
            for (int outputs = 1; outputs <= 3; outputs++) {
                assertThat(kdf(outputs, chainingKey, input)).isEqualTo(Arrays.copyOf(expected, 32 * outputs));
            }
        });
    }

    @Test
    void agreesWithBouncyCastle() {
        Laws.check(300, draw -> {
            byte[] input = draw.bytes(0, 300);
            Blake2sDigest hash = new Blake2sDigest(256);
            hash.update(input, 0, input.length);
            byte[] expected = new byte[32];
            hash.doFinal(expected, 0);
            assertThat(Blake2s.hash(input)).isEqualTo(expected);

            byte[] key = draw.bytes(1, 32);
            Blake2sDigest mac = new Blake2sDigest(key, 16, null, null);
            mac.update(input, 0, input.length);
            expected = new byte[16];
            mac.doFinal(expected, 0);
            assertThat(Blake2s.mac(key, input, input.length)).isEqualTo(expected);
            if (input.length > 0) {
                byte[] target = new byte[16];
                try (Blake2s blake = new Blake2s()) {
                    blake.mac(Blake2s.keyState(key), input, input.length, target);
                }
                assertThat(target).isEqualTo(expected);
            }
        });
    }

    private static byte[] kdf(int outputs, byte[] chainingKey, byte[] input) {
        byte[] keys = new byte[32 * outputs];
        long memory = Memory.allocate(192 + input.length, 8);
        Memory.copy(chainingKey, 0, memory, 32);
        Memory.copy(input, 0, memory + 192, input.length);
        try (Blake2s hash = new Blake2s()) {
            hash.kdf(outputs, memory, memory + 192, input.length, memory + 64);
            assertThat(isClear(hash)).isTrue();
        }
        Memory.copy(memory + 64, keys, 0, keys.length);
        Memory.free(memory);
        return keys;
    }

    @Test
    void anInstanceZeroesItsMemory() {
        try (Blake2s hash = new Blake2s()) {
            hash.mac(Arrays.copyOf(ASCENDING, 32), ASCENDING, 148, new byte[16]);
            assertThat(isClear(hash)).isTrue();
        }
    }

    private static boolean isClear(Blake2s hash) {
        try {
            long memory = (long) MethodHandles.privateLookupIn(Blake2s.class, MethodHandles.lookup())
                    .findVarHandle(Blake2s.class, "memory", long.class)
                    .get(hash);
            long bits = 0;
            for (int i = 0; i < 224; i += 8) {
                bits |= Memory.getLong(memory + i);
            }
            return bits == 0;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
