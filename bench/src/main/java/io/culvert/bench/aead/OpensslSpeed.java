// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;

/** {@code openssl speed}, which OpenSSL's authors quote: it leaves out Init, Final and the tag. */
final class OpensslSpeed {
    private OpensslSpeed() {}

    /** The version; empty if openssl is not installed. */
    static Optional<String> version() {
        return run("openssl", "version").map(String::strip);
    }

    /** Nanoseconds per call with {@code bytes} bytes; empty if openssl is not installed. */
    static OptionalDouble nanos(int bytes, int seconds) {
        Optional<String> output = run(
                "openssl",
                "speed",
                "-mr",
                "-seconds",
                Integer.toString(seconds),
                "-bytes",
                Integer.toString(bytes),
                "-evp",
                "chacha20-poly1305");
        // +F:number:name:bytes per second
        return output.stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith("+F:"))
                .map(line -> line.split(":"))
                .mapToDouble(parts -> bytes * 1e9 / Double.parseDouble(parts[parts.length - 1]))
                .findFirst();
    }

    private static Optional<String> run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
