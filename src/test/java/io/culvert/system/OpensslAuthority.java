// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import io.culvert.daemon.testbed.EtcdCluster.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A certificate authority as a user may have one, by {@code openssl}. Its keys are of P-256. */
final class OpensslAuthority {
    private final Path directory;
    private final Path key;
    private final Path certificate;

    /** Makes the authority's key and certificate in a directory. */
    OpensslAuthority(Path directory) {
        this.directory = directory;
        key = directory.resolve("ca.key");
        certificate = directory.resolve("ca.pem");
        Command.output(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-ca"
                        + " -keyout " + key + " -out " + certificate)
                .split(" "));
    }

    /**
     * Issues a certificate.
     *
     * @param name its CN, which etcd takes for the user
     * @param alternatives its subject alternative names, such as {@code IP:192.0.2.1}
     */
    Tls issue(String name, String... alternatives) throws IOException {
        Path own = directory.resolve(name + ".key");
        Path request = directory.resolve(name + ".csr");
        Path signed = directory.resolve(name + ".pem");
        Path extensions = directory.resolve(name + ".ext");
        Command.output(("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name + " -keyout "
                        + own + " -out " + request)
                .split(" "));
        Files.writeString(
                extensions,
                "extendedKeyUsage=serverAuth,clientAuth\n"
                        + (alternatives.length == 0 ? "" : "subjectAltName=" + String.join(",", alternatives) + "\n"));
        Command.output(("openssl x509 -req -days 2 -CAcreateserial -CA " + certificate + " -CAkey " + key + " -in "
                        + request + " -extfile " + extensions + " -out " + signed)
                .split(" "));
        return new Tls(certificate, signed, own);
    }
}
