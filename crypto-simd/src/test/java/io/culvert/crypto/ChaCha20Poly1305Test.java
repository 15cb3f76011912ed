// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    /** RFC 8439 section 2.8.2. */
    @Test
    void rfc8439() {
        byte[] sealed = new byte[SUNSCREEN.length + 16];
        ChaCha20Poly1305.seal(KEY, NONCE, AAD, SUNSCREEN, 0, SUNSCREEN.length, sealed, 0);
        assertThat(HEX.formatHex(sealed))
                .isEqualTo("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                        + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                        + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                        + "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");
    }

    /** Appendix A.3.1 of draft-irtf-cfrg-xchacha-03. */
    @Test
    void xchachaDraft() {
        byte[] nonce = HEX.parseHex("404142434445464748494a4b4c4d4e4f5051525354555657");
        byte[] sealed = new byte[SUNSCREEN.length + 16];
        new XChaCha20Poly1305().seal(KEY, nonce, AAD, SUNSCREEN, 0, SUNSCREEN.length, sealed, 0);
        assertThat(HEX.formatHex(sealed)).startsWith("bd6d179d3e83d43b").endsWith("c0875924c1c7987947deafd8780acf49");
    }

    /** Section 2.2.1 of draft-irtf-cfrg-xchacha-03. */
    @Test
    void hchachaDraft() {
        byte[] key = HEX.parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        byte[] nonce = HEX.parseHex("000000090000004a0000000031415927" + "0000000000000000");
        byte[] derived = new byte[32];
        HChaCha20.derive(new int[16], key, nonce, derived);
        assertThat(HEX.formatHex(derived))
                .isEqualTo("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
    }

    @Test
    void offsetsAndInPlace() {
        byte[] buffer = new byte[200];
        System.arraycopy(SUNSCREEN, 0, buffer, 7, SUNSCREEN.length);
        ChaCha20Poly1305.seal(KEY, NONCE, null, buffer, 7, SUNSCREEN.length, buffer, 7);
        assertThat(Arrays.copyOf(buffer, 7)).containsOnly(0);
        assertThat(Arrays.copyOfRange(buffer, 7 + SUNSCREEN.length + 16, 200)).containsOnly(0);
        assertThat(ChaCha20Poly1305.open(KEY, NONCE, new byte[0], buffer, 7, SUNSCREEN.length, buffer, 7))
                .isTrue();
        assertThat(Arrays.copyOfRange(buffer, 7, 7 + SUNSCREEN.length)).isEqualTo(SUNSCREEN);
    }

    @Test
    void forgeryLeavesTheTargetUnchanged() {
        byte[] sealed = new byte[SUNSCREEN.length + 16];
        ChaCha20Poly1305.seal(KEY, NONCE, AAD, SUNSCREEN, 0, SUNSCREEN.length, sealed, 0);
        byte[] target = new byte[SUNSCREEN.length];
        for (int i = 0; i < sealed.length; i++) {
            sealed[i] ^= 1;
            assertThat(ChaCha20Poly1305.open(KEY, NONCE, AAD, sealed, 0, target.length, target, 0))
                    .isFalse();
            sealed[i] ^= 1;
        }
        assertThat(target).containsOnly(0);
        assertThat(ChaCha20Poly1305.open(KEY, NONCE, null, sealed, 0, target.length, target, 0))
                .isFalse();
    }

    @Test
    void wrongSizesAreRefused() {
        byte[] room = new byte[64];
        assertThatThrownBy(() -> ChaCha20Poly1305.seal(new byte[31], NONCE, null, room, 0, 8, room, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new XChaCha20Poly1305().seal(KEY, NONCE, null, room, 0, 8, room, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ChaCha20Poly1305.seal(KEY, NONCE, null, room, 0, 49, room, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ChaCha20Poly1305.open(KEY, NONCE, null, room, 0, 49, room, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** Reference: the JDK. */
    @Test
    void sealsAsTheJdkDoes() {
        Laws.check(300, draw -> {
            byte[] key = draw.bytes(32, 32);
            byte[] nonce = draw.bytes(12, 12);
            byte[] aad = draw.bytes(0, 200);
            byte[] message = draw.bytes(0, 400);
            byte[] expected = new byte[message.length + 16];
            JceCipher reference = new JceCipher();
            reference.key(key);
            reference.seal(nonce, aad, message, 0, message.length, expected, 0);
            byte[] sealed = new byte[expected.length];
            ChaCha20Poly1305.seal(key, nonce, aad, message, 0, message.length, sealed, 0);
            assertThat(sealed).isEqualTo(expected);
            byte[] opened = new byte[message.length];
            assertThat(ChaCha20Poly1305.open(key, nonce, aad, sealed, 0, opened.length, opened, 0))
                    .isTrue();
            assertThat(opened).isEqualTo(message);
        });
    }

    /** No field holds anything of the key, the nonce or the message afterwards. */
    @Test
    void nothingIsLeftInMemory() throws ReflectiveOperationException {
        ScalarAead aead = new ScalarAead();
        byte[] sealed = new byte[SUNSCREEN.length + 16];
        aead.seal(KEY, NONCE, AAD, SUNSCREEN, 0, SUNSCREEN.length, sealed, 0);
        assertClear(aead);
        assertThat(aead.open(KEY, NONCE, AAD, sealed, 0, SUNSCREEN.length, new byte[SUNSCREEN.length], 0))
                .isTrue();
        assertClear(aead);
    }

    private static void assertClear(ScalarAead aead) throws ReflectiveOperationException {
        for (Field field : ScalarAead.class.getDeclaredFields()) {
            field.setAccessible(true);
            switch (field.get(aead)) {
                case int[] words -> assertThat(words).as(field.getName()).containsOnly(0);
                case byte[] bytes -> assertThat(bytes).as(field.getName()).containsOnly(0);
                case Long address -> assertThat(RawMemory.getLong(address)).isZero();
                default -> {
                    // Constants, and Poly1305, whose words are private to it.
                }
            }
        }
    }

    @Test
    void allocatesNothing() {
        XChaCha20Poly1305 cipher = new XChaCha20Poly1305();
        byte[] sealed = new byte[32];
        byte[] nonce = new byte[24];
        long allocated = 0;
        for (int round = 0; round < 2; round++) {
            long before = allocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                nonce[0] = (byte) i;
                cipher.seal(KEY, nonce, AAD, SUNSCREEN, 0, 16, sealed, 0);
                cipher.open(KEY, nonce, AAD, sealed, 0, 16, sealed, 0);
            }
            allocated = allocatedBytes() - before;
        }
        assertThat(allocated).isLessThan(20_000);
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
