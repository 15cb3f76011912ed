// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import io.culvert.engine.noise.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The peers of a device by public key, and in the order of addition. Any thread may call the methods. They use one
 * lock, which is held for microseconds at most. Only the control plane and handshakes, which take a thousand
 * times as long, use this table; data packets find their peers in {@link IndexTable} and {@link AllowedIps}.
 *
 * <p>Keys come from unauthenticated input, so a sender can choose keys whose hashes collide. The kernel hashes with a
 * secret key. Here it is sufficient that {@link PublicKey} is {@link Comparable}: {@link java.util.HashMap} turns a
 * long bin into a balanced tree, in which a lookup takes at most about twenty comparisons.
 *
 * @param <P> the type of peers
 */
public final class PeerTable<P extends PeerTable.Member> {
    /** The maximum number of peers, as the kernel's MAX_PEERS_PER_DEVICE. */
    public static final int MAX_PEERS = 1 << 20;

    /** A peer, which knows where it stands in the order. The methods are called under the table's lock. */
    public interface Member {
        /** What was set last. */
        PeerChunk chunk();

        /** Sets the part of the order in which the peer stands; {@code null} for none. */
        void setChunk(PeerChunk chunk);
    }

    private final Map<PublicKey, P> peers = new HashMap<>();
    /** In the order of addition; none is empty. */
    private final List<PeerChunk> chunks = new ArrayList<>();

    /** An empty table. */
    public PeerTable() {}

    /** The peer of a key, or {@code null}. */
    public synchronized P get(PublicKey key) {
        return peers.get(key);
    }

    /**
     * Adds a peer, which is in no table.
     *
     * @return {@code false} if the table has {@link #MAX_PEERS} or the key has a peer; then nothing changed
     */
    public synchronized boolean add(PublicKey key, P peer) {
        if (peers.size() == MAX_PEERS || peers.putIfAbsent(key, peer) != null) {
            return false;
        }
        if (chunks.isEmpty() || chunks.getLast().isFull()) {
            chunks.add(new PeerChunk());
        }
        chunks.getLast().add(peer);
        return true;
    }

    /** Removes and returns the peer of a key; {@code null} if there is none. */
    public synchronized P remove(PublicKey key) {
        P peer = peers.remove(key);
        if (peer != null) {
            PeerChunk chunk = peer.chunk();
            chunk.remove(peer);
            if (chunk.count() == 0) {
                chunks.remove(chunk);
            }
        }
        return peer;
    }

    /** The peers in the order of addition. The list does not follow later changes, and copies no peer. */
    public synchronized List<P> all() {
        return new PeerList<>(chunks);
    }

    /** The number of peers. */
    public synchronized int size() {
        return peers.size();
    }
}
