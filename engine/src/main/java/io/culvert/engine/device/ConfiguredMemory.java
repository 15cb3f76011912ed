// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.cookie.CookieChecker;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.PeerTable;
import java.io.IOException;

/**
 * What the configuration of a device takes of its {@link MemoryBudget}. Used under the device's monitor, except {@link
 * #budget}.
 */
final class ConfiguredMemory {
    private final MemoryBudget budget;
    private final PeerTable<Peer> peers;
    private final AllowedIps<Peer> allowedIps;
    private final CookieChecker cookieChecker;
    /** The number of peers that have one. */
    private int presharedKeys;

    private long bytes;

    ConfiguredMemory(
            MemoryBudget budget, PeerTable<Peer> peers, AllowedIps<Peer> allowedIps, CookieChecker cookieChecker) {
        this.budget = budget;
        this.peers = peers;
        this.allowedIps = allowedIps;
        this.cookieChecker = cookieChecker;
    }

    /** Any thread. */
    MemoryBudget budget() {
        return budget;
    }

    /** Checks a change against the budget and the other limits of a device. */
    void check(DeviceUpdate update) throws IOException {
        new UpdateCheck(peers, allowedIps, presharedKeys, budget).check(update);
    }

    /** Sets a peer's preshared key; zeros remove it. */
    void setPresharedKey(Peer peer, Secret key) {
        removing(peer);
        peer.handshake().setPresharedKey(key);
        peer.configuration().setPresharedKey(!key.isZero());
        presharedKeys += key.isZero() ? 0 : 1;
    }

    /** A peer and its preshared key are about to go. */
    void removing(Peer peer) {
        presharedKeys -= peer.configuration().hasPresharedKey() ? 1 : 0;
    }

    /** Accounts for what is configured now; the rate limiter gets room for as many sources as there are peers. */
    void account() {
        long now = UpdateCheck.bytes(peers.size(), allowedIps.size(), presharedKeys);
        budget.addConfigured(now - bytes);
        bytes = now;
        cookieChecker.setPeers(peers.size());
    }
}
