// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.wireguard.PrivateKey;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Keys of a node that outlive its agent, but not the test. */
final class KeyMemory implements KeyStore {
    private final Map<Place, PrivateKey> keys = new EnumMap<>(Place.class);
    private final Map<Place, Long> made = new EnumMap<>(Place.class);
    private final Loop loop;

    KeyMemory(Loop loop) {
        this.loop = loop;
    }

    @Override
    public Optional<PrivateKey> load(Place place) {
        return Optional.ofNullable(keys.get(place)).map(PrivateKey::copy);
    }

    @Override
    public long madeMillis(Place place) {
        return made.get(place);
    }

    @Override
    public void save(Place place, PrivateKey key) {
        keys.put(place, key.copy());
        made.put(place, loop.now().toEpochMilli());
    }

    @Override
    public void move(Place from, Place to) {
        keys.put(to, keys.remove(from));
        made.put(to, made.remove(from));
    }

    @Override
    public void delete(Place place) {
        keys.remove(place);
        made.remove(place);
    }
}
