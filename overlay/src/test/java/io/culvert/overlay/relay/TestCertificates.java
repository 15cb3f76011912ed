// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/** Certificates for the address 127.0.0.1 and for clients, by {@code openssl}. */
final class TestCertificates {
    private final Path directory;

    TestCertificates(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        Files.writeString(directory.resolve("ext"), "subjectAltName=IP:127.0.0.1\n");
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key"
                + " -out ca.pem");
    }

    /** Whether the program is there. */
    static boolean canBeMade() throws InterruptedException {
        try {
            return new ProcessBuilder("openssl", "version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** TLS for one party, whose certificate has this CN. */
    SSLContext context(String name) throws IOException, InterruptedException {
        openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=NAME -keyout NAME.key -out NAME.csr"
                .replace("NAME", name));
        openssl("x509 -req -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial -in NAME.csr -extfile ext -out NAME.pem"
                .replace("NAME", name));
        return Tls.context(
                directory.resolve("ca.pem"), directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
    }

    private void openssl(String arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(("openssl " + arguments).split(" "))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        assertThat(process.waitFor()).as(() -> "openssl " + arguments).isZero();
    }
}
