// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import io.culvert.engine.noise.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The peers of a device by public key, in the order of addition. Any thread may call the methods. They use one lock,
 * which is held for nanoseconds except in {@link #all}. Only the control plane and handshakes, which take a thousand
 * times as long, use this table; data packets find their peers in {@link IndexTable} and {@link AllowedIps}.
 *
 * <p>Keys come from unauthenticated input, so a sender can choose keys whose hashes collide. The kernel hashes with a
 * secret key. Here it is sufficient that {@link PublicKey} is {@link Comparable}: {@link java.util.HashMap} turns a
 * long bin into a balanced tree, in which a lookup takes at most about twenty comparisons.
 *
 * @param <P> the type of peers
 */
public final class PeerTable<P> {
    /** The maximum number of peers, as the kernel's MAX_PEERS_PER_DEVICE. */
    public static final int MAX_PEERS = 1 << 20;

    private final Map<PublicKey, P> peers = new LinkedHashMap<>();

    /** An empty table. */
    public PeerTable() {}

    /** The peer of a key, or {@code null}. */
    public synchronized P get(PublicKey key) {
        return peers.get(key);
    }

    /**
     * Adds a peer.
     *
     * @return {@code false} if the table has {@link #MAX_PEERS} or the key has a peer; then nothing changed
     */
    public synchronized boolean add(PublicKey key, P peer) {
        return peers.size() < MAX_PEERS && peers.putIfAbsent(key, peer) == null;
    }

    /** Removes and returns the peer of a key; {@code null} if there is none. */
    public synchronized P remove(PublicKey key) {
        return peers.remove(key);
    }

    /** A copy of the list of peers, in the order of addition. */
    public synchronized List<P> all() {
        return new ArrayList<>(peers.values());
    }

    /** The number of peers. */
    public synchronized int size() {
        return peers.size();
    }
}
