// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateKeyTest {
    @TempDir
    Path directory;

    /** RFC 7748, section 5.2: the first iteration multiplies the base point by its own coordinate. */
    @Test
    void publicKeyIsThatOfTheRfc() {
        byte[] secret = HexFormat.of().parseHex("09" + "00".repeat(31));
        try (PrivateKey key = PrivateKey.of(secret)) {
            assertThat(key.publicKey().hex())
                    .isEqualTo("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
        }
    }

    @Test
    void fileIsTheOwnersAndReadsAsItWasWritten() throws Exception {
        Path file = directory.resolve("key");
        try (PrivateKey key = PrivateKey.random(new SecureRandom())) {
            key.write(file);
            key.write(file);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            try (PrivateKey read = PrivateKey.read(file)) {
                assertThat(read.secret()).isEqualTo(key.secret());
                assertThat(read.publicKey()).isEqualTo(key.publicKey());
            }
        }
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void whatIsNoKeyIsRefused() throws Exception {
        Path file = directory.resolve("key");
        String bitsBeyond = "A".repeat(42) + "B=";
        for (String text : new String[] {"", "short", "!".repeat(44), "A".repeat(46), "A".repeat(43), bitsBeyond}) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> PrivateKey.read(file)).hasMessageContaining("is not a private key");
        }
    }

    @Test
    void closedKeyIsZero() {
        PrivateKey key = PrivateKey.random(new SecureRandom());
        byte[] secret = key.secret();
        key.close();
        assertThat(secret).containsOnly(0);
        assertThatThrownBy(key::secret).isInstanceOf(IllegalStateException.class);
    }
}
