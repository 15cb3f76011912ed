// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ChaCha20Poly1305Test {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] SUNSCREEN =
            ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip"
                            + " for the future, sunscreen would be it.")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEY = HEX.parseHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    private static final byte[] NONCE = HEX.parseHex("070000004041424344454647");
    private static final byte[] AAD = HEX.parseHex("50515253c0c1c2c3c4c5c6c7");
    private static final byte[] NO_AAD = {};

    /** RFC 8439 section 2.8.2. */
    @Test
    void rfc8439() {
        assertThat(HEX.formatHex(ArrayCipher.chaCha20().seal(KEY, NONCE, AAD, SUNSCREEN)))
                .isEqualTo("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                        + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                        + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                        + "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");
    }

    /** Appendix A.3.1 of draft-irtf-cfrg-xchacha-03. */
    @Test
    void xchachaDraft() {
        byte[] nonce = HEX.parseHex("404142434445464748494a4b4c4d4e4f5051525354555657");
        byte[] sealed = ArrayCipher.xChaCha20().seal(KEY, nonce, AAD, SUNSCREEN);
        assertThat(HEX.formatHex(sealed)).startsWith("bd6d179d3e83d43b").endsWith("c0875924c1c7987947deafd8780acf49");
    }

    /** Section 2.2.1 of draft-irtf-cfrg-xchacha-03. */
    @Test
    void hchachaDraft() {
        byte[] key = HEX.parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        byte[] nonce = HEX.parseHex("000000090000004a0000000031415927");
        byte[] derived = new byte[32];
        try (Arena arena = Arena.ofConfined()) {
            long memory = RawMemory.allocate(arena, 256);
            RawMemory.copy(key, 0, memory + 64, key.length);
            RawMemory.copy(nonce, 0, memory + 128, nonce.length);
            HChaCha20.derive(memory, memory + 64, memory + 128, memory + 192);
            RawMemory.copy(memory + 192, derived, 0, derived.length);
        }
        assertThat(HEX.formatHex(derived))
                .isEqualTo("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
    }

    @Test
    void forgeryLeavesTheTargetUnchanged() {
        ArrayCipher cipher = ArrayCipher.chaCha20();
        byte[] sealed = cipher.seal(KEY, NONCE, AAD, SUNSCREEN);
        for (int i = 0; i < sealed.length; i++) {
            sealed[i] ^= 1;
            assertThat(cipher.open(KEY, NONCE, AAD, sealed)).isNull();
            sealed[i] ^= 1;
        }
        assertThat(cipher.open(KEY, NONCE, NO_AAD, sealed)).isNull();
        assertThat(cipher.open(KEY, NONCE, AAD, sealed)).isEqualTo(SUNSCREEN);
    }

    @Test
    void aKeyOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> ArrayCipher.xChaCha20().seal(new byte[31], new byte[24], AAD, SUNSCREEN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Reference: the JDK. */
    @Test
    void sealsAsTheJdkDoes() {
        ArrayCipher cipher = ArrayCipher.chaCha20();
        Laws.check(300, draw -> {
            byte[] key = draw.bytes(32, 32);
            byte[] nonce = draw.bytes(12, 12);
            byte[] aad = draw.bytes(0, 200);
            byte[] message = draw.bytes(0, 400);
            byte[] expected = new byte[message.length + 16];
            JceCipher reference = new JceCipher();
            reference.key(key);
            reference.seal(nonce, aad, message, 0, message.length, expected, 0);
            assertThat(cipher.seal(key, nonce, aad, message)).isEqualTo(expected);
            assertThat(cipher.open(key, nonce, aad, expected)).isEqualTo(message);
        });
    }

    /** No memory holds anything of the key, the nonce or the message afterwards. */
    @Test
    void nothingIsLeftInMemory() throws ReflectiveOperationException {
        ScalarAead aead = new ScalarAead();
        ArrayCipher cipher = ArrayCipher.of(aead);
        byte[] sealed = cipher.seal(KEY, NONCE, AAD, SUNSCREEN);
        assertClear(aead);
        assertThat(cipher.open(KEY, NONCE, AAD, sealed)).isEqualTo(SUNSCREEN);
        assertClear(aead);
    }

    private static void assertClear(ScalarAead aead) throws ReflectiveOperationException {
        int blocks = 0;
        for (Field field : ScalarAead.class.getDeclaredFields()) {
            field.setAccessible(true);
            // The other fields are constants, and Poly1305, whose words are private to it.
            if (field.get(aead) instanceof Long address) {
                blocks++;
                for (int at = 0; at < 64; at += 8) {
                    assertThat(RawMemory.getLong(address + at))
                            .as(field.getName())
                            .isZero();
                }
            }
        }
        assertThat(blocks).isEqualTo(3);
    }

    @Test
    void allocatesNothing() {
        XChaCha20Poly1305 cipher = new XChaCha20Poly1305();
        long allocated = 0;
        try (Arena arena = Arena.ofConfined()) {
            long nonce = RawMemory.allocate(arena, 24);
            long place = RawMemory.allocate(arena, 64);
            for (int round = 0; round < 2; round++) {
                long before = allocatedBytes();
                for (int i = 0; i < 20_000; i++) {
                    RawMemory.putInt(nonce, i);
                    cipher.seal(KEY, nonce, nonce, 16, place, 16, place);
                    cipher.open(KEY, nonce, nonce, 16, place, 16, place);
                }
                allocated = allocatedBytes() - before;
            }
        }
        assertThat(allocated).isLessThan(20_000);
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
