// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import java.util.List;

/** The part that an implementation has in a comparison. */
enum Role {
    /** Culvert, or one of its implementations of the cipher. */
    CULVERT,
    /** Another program or library, which Culvert is compared with. */
    PEER,
    /** A tunnel that does not encrypt: an upper bound, not a peer. */
    NO_CRYPTO;

    private static final List<String> CULVERT_CIPHERS = List.of("serving", "vector-512", "vector-256");
    private static final List<String> UNENCRYPTED = List.of("no-crypto", "nulltun", "bare", "none");

    /** The role of an implementation, by its name. */
    static Role of(String implementation) {
        if (implementation.equals("culvert") || CULVERT_CIPHERS.contains(implementation)) {
            return CULVERT;
        }
        return UNENCRYPTED.stream().anyMatch(implementation::startsWith) ? NO_CRYPTO : PEER;
    }
}
