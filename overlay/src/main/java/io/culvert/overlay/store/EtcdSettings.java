// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How etcd is reached.
 *
 * @param endpoints of the members, http or https
 * @param authority the certificates that sign the members'; empty: the JDK's
 * @param certificate of this client; empty: none
 * @param certificateKey its private key in PKCS #8; there if the certificate is
 */
public record EtcdSettings(
        List<URI> endpoints, Optional<Path> authority, Optional<Path> certificate, Optional<Path> certificateKey) {
    /** Copies the list. */
    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
    }

    /** Uses those of the files that exist. */
    public static EtcdSettings of(List<URI> endpoints, Path authority, Path certificate, Path certificateKey) {
        return new EtcdSettings(endpoints, existing(authority), existing(certificate), existing(certificateKey));
    }

    private static Optional<Path> existing(Path file) {
        return Optional.of(file).filter(Files::exists);
    }

    /** Whether connections are encrypted. */
    boolean isTls() {
        return endpoints.stream().anyMatch(endpoint -> "https".equals(endpoint.getScheme()));
    }

    /** The endpoints, for messages. */
    @Override
    public String toString() {
        return String.join(", ", endpoints.stream().map(URI::toString).toList());
    }
}
