// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    // Of RFC 7748, section 6.1.
    private static final String ALICE = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=";
    private static final String ALICE_PUBLIC = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";

    @Test
    void publicKeyBelongsToThePrivateKey() {
        try (PrivateKey key = PrivateKey.fromBase64(ALICE)) {
            assertThat(key.publicKey().toBase64()).isEqualTo(ALICE_PUBLIC);
            assertThat(key.publicKey()).isEqualTo(PublicKey.fromBase64(ALICE_PUBLIC));
            assertThat(new String(key.toBase64())).isEqualTo(ALICE);
            assertThat(key).hasToString("PrivateKey");
        }
    }

    @Test
    void base64AgreesWithTheJdk() {
        SplittableRandom random = new SplittableRandom(64);
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            String text = Base64.getEncoder().encodeToString(bytes);
            try (PresharedKey key = PresharedKey.fromBase64(text)) {
                assertThat(key.secret().toBytes()).isEqualTo(bytes);
                assertThat(new String(key.toBase64())).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo",
                "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCp=",
                "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCoA",
                "dwdtCnMYpX08FsFyUbJm-d9ML4frwJkqsXf7pR25LCo=",
                "dwdtCnMYpX08FsFyUbJm\u0141d9ML4frwJkqsXf7pR25LCo=",
                "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=\n"
            })
    void otherTextIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> PrivateKey.fromBase64(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("dwdt");
        assertThatThrownBy(() -> PublicKey.fromBase64(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keyIsReadFromAFile(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("key"), ALICE + "\n");
        try (PrivateKey key = PrivateKey.read(file)) {
            assertThat(key.publicKey().toBase64()).isEqualTo(ALICE_PUBLIC);
        }
        Files.writeString(file, "none");
        assertThatThrownBy(() -> PrivateKey.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void closedKeyIsRefused() {
        PrivateKey key = PrivateKey.generate();
        key.close();
        key.close();
        assertThatThrownBy(key::toBase64).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/8, 10.0.0.0/8",
        "10.1.2.3, 10.1.2.3/32",
        "0.0.0.0/0, 0.0.0.0/0",
        "::/0, 0:0:0:0:0:0:0:0/0",
        "fd00::1:2/112, fd00:0:0:0:0:0:1:0/112",
        "fd00::1, fd00:0:0:0:0:0:0:1/128"
    })
    void rangesAreMasked(String text, String masked) {
        assertThat(Cidr.parse(text)).hasToString(masked).isEqualTo(Cidr.parse(masked));
        assertThat(Cidr.of(Cidr.parse(text).prefix())).isEqualTo(Cidr.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::1/129", "localhost", "10.0.0.0/8/8"})
    void otherRangesAreRefused(String text) {
        assertThatThrownBy(() -> Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"");
    }

    @Test
    void rangeOfAnAddress() {
        assertThat(new Cidr(InetAddress.ofLiteral("192.0.2.77"), 24)).hasToString("192.0.2.0/24");
    }
}
