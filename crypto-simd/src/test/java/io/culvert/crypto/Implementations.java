// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Makes instances of a given implementation. */
final class Implementations {
    private Implementations() {}

    /** All names; the name of one that cannot be used ends with the reason. */
    static Stream<String> names() {
        String openssl = OpensslAead.unavailableReason()
                .map(reason -> "openssl: " + reason)
                .orElse("openssl");
        return Stream.of("vector-512", "vector-256", openssl, "jce");
    }

    static Aead create(String name) {
        return switch (name) {
            case "vector-512" -> new VectorAead(new Kernels512());
            case "vector-256" -> new VectorAead(new Kernels256());
            case "openssl" -> new OpensslAead();
            case "jce" -> new JceAead();
            default -> Assumptions.abort(name);
        };
    }
}
