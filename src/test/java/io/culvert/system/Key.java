// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A key that {@code wg} made.
 *
 * @param secret in Base64
 * @param pub its public key in Base64
 * @param file a file that holds the secret, for {@code wg set}
 */
record Key(String secret, String pub, Path file) {
    static Key generate() {
        return of(Command.output("wg", "genkey"));
    }

    static Key of(String secret) {
        String pub = Command.of("wg", "pubkey").input(secret).run().output().strip();
        return Unchecked.call(() -> {
            Path file = Files.createTempFile(
                    "culvert-key",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            file.toFile().deleteOnExit();
            Files.writeString(file, secret + "\n");
            return new Key(secret, pub, file);
        });
    }
}
