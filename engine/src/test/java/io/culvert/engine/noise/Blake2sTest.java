// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
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

    /** Expected values from Python's hmac. */
    @ParameterizedTest
    @CsvSource({
        "0, e2641d24dfa8dd89e8cb77f1cdc77d8c006e5bebdfc4d6a3a3a6f8d5b7586fb0",
        "1, 3c657ea8362eeb115466cc90a81a36d2994b7153729c01f50a19be2ca3cce643",
        "64, 3b35e945d05ac982850451ac8b6cdfffb98e56f50b95272fab665de081691056",
        "200, 543eec9b22646365ef782d72dae137cc761d018005f8d33d0f20bfbd01e62974"
    })
    void computesHmac(int length, String expected) {
        assertThat(hex(Blake2s.hmac(Arrays.copyOf(ASCENDING, 32), Arrays.copyOf(ASCENDING, length))))
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
            byte[][] keys = Blake2s.kdf(3, chainingKey, input);
            for (int i = 0; i < 3; i++) {
                assertThat(keys[i]).isEqualTo(Arrays.copyOfRange(expected, 32 * i, 32 * i + 32));
            }
            assertThat(Blake2s.kdf(1, chainingKey, input)[0]).isEqualTo(keys[0]);
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
                new Blake2s().mac(Blake2s.keyState(key), input, input.length, target);
                assertThat(target).isEqualTo(expected);
            }
        });
    }

    @Test
    void anInstanceZeroesItsMemory() throws ReflectiveOperationException {
        Blake2s hash = new Blake2s();
        hash.mac(Arrays.copyOf(ASCENDING, 32), ASCENDING, 148, new byte[16]);
        for (Field field : Blake2s.class.getDeclaredFields()) {
            field.setAccessible(true);
            if (!Modifier.isStatic(field.getModifiers()) && field.getType().isArray()) {
                Object array = field.get(hash);
                for (int i = 0; i < Array.getLength(array); i++) {
                    assertThat(Array.getInt(array, i)).as(field.getName()).isZero();
                }
            }
        }
    }
}
