package io.culvert.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A key made by {@code wg} for one test run.
 *
 * @param secret in Base64
 * @param pub its public key in Base64
 * @param file a file that holds the secret, as {@code wg set} wants it
 */
record Key(String secret, String pub, Path file) {
    static Key generate() {
        return of(Command.output("wg", "genkey"));
    }

    static Key of(String secret) {
        String pub = Command.of("wg", "pubkey").input(secret).run().output().strip();
        try {
            Path file = Files.createTempFile(
                    "culvert-key",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            file.toFile().deleteOnExit();
            Files.writeString(file, secret + "\n");
            return new Key(secret, pub, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
