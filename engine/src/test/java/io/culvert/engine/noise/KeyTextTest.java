// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class KeyTextTest {
    private static final String SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static byte[] decode(String text) {
        byte[] key = new byte[Secret.BYTES];
        return KeyText.decode(text::charAt, (index, value) -> key[index] = value) ? key : null;
    }

    private static String encode(byte[] key) {
        StringBuilder text = new StringBuilder();
        try (Secret secret = new Secret(key)) {
            KeyText.encode(secret, text::append);
        }
        return text.toString();
    }

    @Test
    void agreesWithTheJdk() {
        Laws.check(300, draw -> {
            byte[] key = draw.bytes(Secret.BYTES, Secret.BYTES);

            String text = Base64.getEncoder().encodeToString(key);
            assertThat(encode(key)).isEqualTo(text).hasSize(KeyText.CHARACTERS);
            assertThat(decode(text)).isEqualTo(key);
        });
    }

    @Test
    void refusesEveryOtherCharacter() {
        StringBuilder text = new StringBuilder("A".repeat(43) + "=");
        for (int c = 0; c < 1024; c++) {
            for (int at : new int[] {0, 25, 41}) {
                text.setCharAt(at, (char) c);
                assertThat(decode(text.toString()) != null)
                        .as("%x at %d", c, at)
                        .isEqualTo(SYMBOLS.indexOf(c) >= 0);
                text.setCharAt(at, 'A');
            }
            text.setCharAt(43, (char) c);
            assertThat(decode(text.toString()) != null).as("%x", c).isEqualTo(c == '=');
            text.setCharAt(43, '=');
        }
    }

    /** 43 symbols have 258 bits, two more than a key: they are zero, so that each key has one text. */
    @Test
    void refusesBitsBeyondTheKey() {
        for (int i = 0; i < SYMBOLS.length(); i++) {
            String text = "A".repeat(42) + SYMBOLS.charAt(i) + "=";
            assertThat(decode(text) != null).as(text).isEqualTo(i % 4 == 0);
        }
    }

    @Test
    void secretIsDecodedOrLeavesNothing() {
        int before = SecretsTest.inUse();
        String text = Base64.getEncoder().encodeToString(new byte[] {
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
            30, 31, 32
        });
        try (Secret secret = KeyText.secret(text::charAt)) {
            assertThat(encode(secret.toBytes())).isEqualTo(text);
        }
        assertThat(KeyText.secret(text.replace('=', '-')::charAt)).isNull();
        assertThat(SecretsTest.inUse()).isEqualTo(before);
    }
}
