// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.wireguard.PrivateKey;
import java.util.Optional;

/** The one WireGuard key of a node, in memory: none is old enough to be changed. */
final class BenchKeys implements KeyStore {
    private final PrivateKey key;

    BenchKeys(PrivateKey key) {
        this.key = key;
    }

    @Override
    public Optional<PrivateKey> load(Place place) {
        return place == Place.CURRENT ? Optional.of(key.copy()) : Optional.empty();
    }

    @Override
    public long madeMillis(Place place) {
        return System.currentTimeMillis();
    }

    @Override
    public void save(Place place, PrivateKey made) {
        throw new IllegalStateException("no key changes in a benchmark");
    }

    @Override
    public void move(Place from, Place to) {
        throw new IllegalStateException("no key changes in a benchmark");
    }

    @Override
    public void delete(Place place) {
        throw new IllegalStateException("no key changes in a benchmark");
    }
}
