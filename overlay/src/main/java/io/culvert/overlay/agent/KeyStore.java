// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.wireguard.PrivateKey;
import java.io.IOException;
import java.util.Optional;

/** Keeps the private keys of a node over restarts. One thread. */
interface KeyStore {
    /** The places of keys. */
    enum Place {
        /** The key that the interface has. */
        CURRENT,
        /** The key that it will have. */
        NEXT,
        /** The key that it had. */
        PREVIOUS
    }

    /**
     * A copy of a key, which the caller closes.
     *
     * @throws IOException if it cannot be read
     */
    Optional<PrivateKey> load(Place place) throws IOException;

    /** When the key was made, in wall-clock milliseconds since 1970. */
    long madeMillis(Place place) throws IOException;

    /** Keeps a key that was just made. */
    void save(Place place, PrivateKey key) throws IOException;

    /** Moves a key, in the place of what is there. */
    void move(Place from, Place to) throws IOException;

    /** Forgets a key. */
    void delete(Place place) throws IOException;
}
