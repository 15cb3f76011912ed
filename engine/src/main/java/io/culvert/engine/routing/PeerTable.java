package io.culvert.engine.routing;

import io.culvert.engine.noise.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A device's peers by public key, in the order they were added. Any thread; all under one lock, which is held for
 * nanoseconds but in {@link #all}. Only handshakes, each of which costs a thousand times as much, and the control plane
 * come here: data packets find their peers through {@link IndexTable} and {@link AllowedIps}.
 *
 * <p>Keys come from strangers, who may choose them so that their hashes collide. The kernel hashes with a secret key; here
 * it is enough that {@link PublicKey} is {@link Comparable}: {@link java.util.HashMap} turns a long bin into a balanced
 * tree, and a lookup takes at worst some twenty comparisons.
 *
 * @param <P> the peers
 */
public final class PeerTable<P> {
    /** How many peers a device may have, as the kernel's MAX_PEERS_PER_DEVICE. */
    public static final int MAX_PEERS = 1 << 20;

    private final Map<PublicKey, P> peers = new LinkedHashMap<>();

    /** Empty. */
    public PeerTable() {}

    /** The peer of a key, or {@code null}. */
    public synchronized P get(PublicKey key) {
        return peers.get(key);
    }

    /**
     * Adds a peer.
     *
     * @return {@code false} when there are {@link #MAX_PEERS} or the key has a peer already; then nothing changed
     */
    public synchronized boolean add(PublicKey key, P peer) {
        return peers.size() < MAX_PEERS && peers.putIfAbsent(key, peer) == null;
    }

    /** Removes the peer of a key, and returns it; {@code null} when there is none. */
    public synchronized P remove(PublicKey key) {
        return peers.remove(key);
    }

    /** All peers, in the order they were added: a copy. */
    public synchronized List<P> all() {
        return new ArrayList<>(peers.values());
    }

    /** How many there are. */
    public synchronized int size() {
        return peers.size();
    }
}
