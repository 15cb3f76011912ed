// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.wireguard.PeerChange;
import io.culvert.overlay.wireguard.PeerState;
import io.culvert.overlay.wireguard.PrivateKey;
import io.culvert.overlay.wireguard.WireGuard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A machine whose interface has peers by their keys, and carries nothing. On the agent's loop. */
final class PeerSet implements Host, WireGuard {
    private final Map<Key, List<Prefix>> peers = new HashMap<>();
    private final Consumer<Key> added;

    /**
     * A machine without peers.
     *
     * @param added gets the keys of peers as they come
     */
    PeerSet(Consumer<Key> added) {
        this.added = added;
    }

    @Override
    public WireGuard wireGuard() {
        return this;
    }

    @Override
    public void ensureRunning() {}

    @Override
    public void setUp(List<Prefix> prefixes, int mtu, List<Prefix> pools) {}

    @Override
    public Object generation() {
        return "";
    }

    @Override
    public long sentPackets() {
        return 0;
    }

    @Override
    public void configure(PrivateKey privateKey, int listenPort) {}

    @Override
    public void apply(List<PeerChange> changes) {
        for (PeerChange change : changes) {
            if (change.remove()) {
                peers.remove(change.key());
            } else if (!change.updateOnly() || peers.containsKey(change.key())) {
                List<Prefix> before = peers.get(change.key());
                List<Prefix> prefixes = change.allowedIps() == null ? before : change.allowedIps();
                peers.put(change.key(), prefixes == null ? List.of() : prefixes);
                if (before == null) {
                    added.accept(change.key());
                }
            }
        }
    }

    @Override
    public int read(Consumer<PeerState> consumer) {
        peers.forEach((key, prefixes) -> consumer.accept(new PeerState(key, "", 0, 0, 0, 0, prefixes)));
        return 0;
    }
}
