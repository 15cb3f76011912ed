// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Records;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Private keys on disk. */
class SigningKeyTest {
    @TempDir
    private Path directory;

    @Test
    void aKeyIsReadAsItWasWritten() throws Exception {
        SigningKey key = SigningKey.generate();
        Path file = directory.resolve("identity.key");
        key.write(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        SigningKey read = SigningKey.read(file);
        assertThat(read.publicKey()).isEqualTo(key.publicKey());
        assertThat(Ed25519.verifies(
                        read.sign(Records.node("n1", 1, Records.key(9))).envelope()))
                .isTrue();
        try (var files = Files.list(directory)) {
            assertThat(files).as("no temporary file is left").containsExactly(file);
        }
    }

    /** RFC 8410, section 10.3: the private key, and 10.1: its public key. */
    @Test
    void theKeyOfTheRfcIsRead() throws Exception {
        Path file = directory.resolve("identity.key");
        PrivateFile.create(file, """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----
            """);
        assertThat(SigningKey.read(file).publicKey())
                .isEqualTo(Ed25519.ofPem(file, """
                    -----BEGIN PUBLIC KEY-----
                    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
                    -----END PUBLIC KEY-----
                    """))
                .isEqualTo(new Key(
                        HexFormat.of().parseHex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")));
    }

    @Test
    void aKeyIsNeverOverwritten() throws Exception {
        Path file = directory.resolve("identity.key");
        SigningKey.generate().write(file);
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> SigningKey.generate().write(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("exists already");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aKeyThatOthersMayReadIsRefused() throws Exception {
        Path file = directory.resolve("identity.key");
        SigningKey.generate().write(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> SigningKey.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void otherFilesAreNoKeys() throws Exception {
        for (String text : new String[] {
            "",
            "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
            "-----END PRIVATE KEY----------BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp\n-----END PRIVATE KEY-----\n"
        }) {
            Path file = directory.resolve("key");
            PrivateFile.replace(file, text, PrivateFile.PRIVATE);
            assertThatThrownBy(() -> SigningKey.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Ed25519");
        }
    }

    @Test
    void theKeyIsNotShown() {
        assertThat(SigningKey.generate().toString()).hasSizeLessThan(70);
    }
}
