// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.wireguard.PeerChange;
import io.culvert.overlay.wireguard.PeerState;
import io.culvert.overlay.wireguard.PrivateKey;
import io.culvert.overlay.wireguard.WireGuard;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** A machine with an interface that holds what it is told, and forgets it when it is restarted. */
final class SimulatedHost implements Host, WireGuard {
    /** A peer of the interface. */
    static final class Peer {
        String endpoint = "";
        int keepalive;
        List<Prefix> allowedIps = List.of();
        long handshakeMillis;
        long received;
        long sent;
    }

    final Map<Key, Peer> peers = new HashMap<>();
    private final Map<Prefix, Key> owners = new HashMap<>();
    private final Consumer<Key> removed;
    final Set<Integer> requestSizes = new HashSet<>();
    Key key;
    List<Prefix> prefixes = List.of();
    boolean refuses;
    int generation;
    long sentPackets;
    long reads;

    /**
     * A machine without peers.
     *
     * @param removed gets the keys of peers that are removed
     */
    SimulatedHost(Consumer<Key> removed) {
        this.removed = removed;
    }

    @Override
    public WireGuard wireGuard() {
        return this;
    }

    @Override
    public void ensureRunning() throws IOException {
        refuse();
    }

    private void refuse() throws IOException {
        if (refuses) {
            throw new IOException("a planned fault of the interface");
        }
    }

    /** Another process serves the interface. */
    void restart() {
        peers.clear();
        owners.clear();
        key = null;
        generation++;
    }

    @Override
    public void setUp(List<Prefix> own, int mtu, List<Prefix> pools) throws IOException {
        refuse();
        prefixes = own;
    }

    @Override
    public Object generation() {
        return generation;
    }

    @Override
    public long sentPackets() {
        return sentPackets;
    }

    @Override
    public void configure(PrivateKey privateKey, int listenPort) throws IOException {
        refuse();
        key = privateKey.publicKey();
        peers.remove(key);
    }

    @Override
    public void apply(List<PeerChange> changes) throws IOException {
        refuse();
        requestSizes.add(changes.size());
        for (PeerChange change : changes) {
            apply(change);
        }
    }

    private void apply(PeerChange change) {
        if (change.remove()) {
            Peer peer = peers.remove(change.key());
            if (peer != null) {
                removed.accept(change.key());
                peer.allowedIps.forEach(prefix -> owners.remove(prefix, change.key()));
            }
            return;
        }
        if (change.updateOnly() && !peers.containsKey(change.key())) {
            return;
        }
        Peer peer = peers.get(change.key());
        if (peer == null) {
            peer = new Peer();
            peers.put(change.key(), peer);
        }
        if (!change.endpoint().isEmpty()) {
            peer.endpoint = change.endpoint();
        }
        if (change.keepaliveSeconds() >= 0) {
            peer.keepalive = change.keepaliveSeconds();
        }
        if (change.allowedIps() != null) {
            peer.allowedIps.forEach(prefix -> owners.remove(prefix, change.key()));
            peer.allowedIps = change.allowedIps();
            for (Prefix prefix : change.allowedIps()) {
                Key before = owners.put(prefix, change.key());
                if (before != null && !before.equals(change.key())) {
                    Peer loser = peers.get(before);
                    loser.allowedIps = loser.allowedIps.stream()
                            .filter(other -> !other.equals(prefix))
                            .toList();
                }
            }
        }
    }

    @Override
    public int read(Consumer<PeerState> consumer) throws IOException {
        refuse();
        reads++;
        peers.forEach((peerKey, peer) -> consumer.accept(new PeerState(
                peerKey,
                peer.endpoint,
                peer.handshakeMillis,
                peer.received,
                peer.sent,
                peer.keepalive,
                peer.allowedIps)));
        return 51820;
    }

    /** Whose packets from a prefix are accepted. */
    Key ownerOf(Prefix prefix) {
        return owners.get(prefix);
    }
}
