// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.agent.KeyStore.Place;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.wireguard.PrivateKey;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The WireGuard keys of a node, and how it comes from one to the next. An interface has one private key at a time, and
 * its peers learn of a change by the node's record:
 *
 * <ol>
 *   <li>The record names the next key beside the current one. Peers know it then, and answer no handshake with it.
 *   <li>After {@link #STEP} the record names the two the other way round. As soon as the store has committed that,
 *       the interface changes its key. What the node sends then waits in it for a session, and what its peers send
 *       arrives in the old one. The peers leave the old key when they have gathered changes for a moment: they take
 *       the new key as a peer with the allowed IPs, and begin a handshake with it.
 *   <li>After {@link #STEP} again the record names the new key alone.
 * </ol>
 *
 * <p>What was committed decides which key is the current one, also after a crash between two steps. One thread.
 */
final class KeyRotation implements AutoCloseable {
    /**
     * How long peers have to learn of the next key, and how long the previous one is still named, for those that lag
     * behind. Tests of the system set the property, in seconds, to wait less.
     */
    static final Duration STEP = Duration.ofSeconds(Long.getLong("culvert.overlay.keyStepSeconds", 600));

    /** The keys of a record. */
    record Named(Key wireGuard, Optional<Key> next) {
        boolean areThoseOf(Node node) {
            return node.wireGuard().equals(wireGuard) && node.next().equals(next);
        }
    }

    private final KeyStore store;
    private final SecureRandom random;
    private final Map<Place, PrivateKey> keys = new EnumMap<>(Place.class);
    /** When the present step was first seen to be published, by the clock that only goes forward; 0 before. */
    private long publishedNanos;

    private boolean isPublished;

    /**
     * Reads the keys, and makes the first one.
     *
     * @throws IOException if they cannot be read or written
     */
    KeyRotation(KeyStore store, SecureRandom random) throws IOException {
        this.store = store;
        this.random = random;
        for (Place place : Place.values()) {
            Optional<PrivateKey> key = store.load(place);
            if (key.isPresent()) {
                keys.put(place, key.get());
            }
        }
        if (!keys.containsKey(Place.CURRENT)) {
            if (keys.containsKey(Place.NEXT)) {
                move(Place.NEXT, Place.CURRENT); // A crash came between the two moves of a change.
            } else {
                make(Place.CURRENT);
            }
        }
    }

    /** The key that the interface is to have. */
    PrivateKey current() {
        return keys.get(Place.CURRENT);
    }

    /** Whether a change of the key is under way. */
    boolean isChanging() {
        return keys.size() > 1;
    }

    /** Whether a key is this node's own. */
    boolean isOwn(Key key) {
        for (PrivateKey own : keys.values()) {
            if (own.publicKey().equals(key)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What the record is to name now.
     *
     * @param days how old a key gets, give or take a tenth, which its bytes decide; 0: any age
     */
    Named wanted(long nanos, long wallMillis, int days) throws IOException {
        Key current = publicKey(Place.CURRENT).orElseThrow();
        boolean isDue = isPublished && nanos - publishedNanos >= STEP.toNanos();
        if (keys.containsKey(Place.PREVIOUS)) {
            return new Named(current, isDue ? Optional.empty() : publicKey(Place.PREVIOUS));
        }
        if (keys.containsKey(Place.NEXT)) {
            Key next = publicKey(Place.NEXT).orElseThrow();
            return isDue ? new Named(next, Optional.of(current)) : new Named(current, Optional.of(next));
        }
        if (days > 0 && wallMillis - store.madeMillis(Place.CURRENT) >= ageLimit(days, current)) {
            begin();
        }
        return new Named(current, publicKey(Place.NEXT));
    }

    /** Begins a change now, unless one is under way. */
    void begin() throws IOException {
        if (!isChanging()) {
            make(Place.NEXT);
            isPublished = false;
        }
    }

    private static long ageLimit(int days, Key key) {
        long span = Duration.ofDays(days).toMillis();
        return span * 9 / 10 + span / 5 * Math.floorMod(key.hashCode(), 1000) / 1000;
    }

    /**
     * Takes what the store has committed as this node's record.
     *
     * @return whether the interface is to have another key from now on
     */
    boolean published(Node own, long nanos) throws IOException {
        Optional<Key> next = publicKey(Place.NEXT);
        if (next.isPresent() && own.wireGuard().equals(next.get())) {
            move(Place.CURRENT, Place.PREVIOUS);
            move(Place.NEXT, Place.CURRENT);
            publishedNanos = nanos;
            isPublished = true;
            return true;
        }
        boolean isStep = own.wireGuard().equals(publicKey(Place.CURRENT).orElseThrow())
                && own.next().isPresent()
                && (own.next().equals(next) || own.next().equals(publicKey(Place.PREVIOUS)));
        if (isStep && !isPublished) {
            publishedNanos = nanos;
            isPublished = true;
        }
        boolean isAlone = own.wireGuard().equals(publicKey(Place.CURRENT).orElseThrow())
                && own.next().isEmpty();
        if (keys.containsKey(Place.PREVIOUS) && isAlone) {
            store.delete(Place.PREVIOUS);
            keys.remove(Place.PREVIOUS).close();
            isPublished = false;
        }
        return false;
    }

    private Optional<Key> publicKey(Place place) {
        return Optional.ofNullable(keys.get(place)).map(PrivateKey::publicKey);
    }

    private void make(Place place) throws IOException {
        PrivateKey key = PrivateKey.random(random);
        store.save(place, key);
        keys.put(place, key);
    }

    private void move(Place from, Place to) throws IOException {
        store.move(from, to);
        PrivateKey replaced = keys.put(to, keys.remove(from));
        if (replaced != null) {
            replaced.close();
        }
    }

    /** Zeroes the keys in memory. */
    @Override
    public void close() {
        keys.values().forEach(PrivateKey::close);
        keys.clear();
    }
}
