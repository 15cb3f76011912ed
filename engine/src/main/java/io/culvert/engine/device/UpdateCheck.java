// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.PeerTable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Checks an update whole against the limits of a device, before any of it is applied. It walks the update in the order
 * in which it will be applied, and changes nothing.
 *
 * <p>One update; under the device's lock.
 */
final class UpdateCheck {
    private final PeerTable<Peer> present;
    private final AllowedIps<Peer> allowedIps;
    private final MemoryBudget memory;
    private final long presentBytes;
    /** Peers that the update adds (true) or removes (false); all others are as they are present. */
    private final Map<PublicKey, Boolean> changed = new HashMap<>();

    private boolean replaced;
    private int peers;
    private long prefixes;
    private long presharedKeys;

    UpdateCheck(PeerTable<Peer> present, AllowedIps<Peer> allowedIps, int presharedKeys, MemoryBudget memory) {
        this.present = present;
        this.allowedIps = allowedIps;
        this.memory = memory;
        peers = present.size();
        prefixes = allowedIps.size();
        this.presharedKeys = presharedKeys;
        presentBytes = bytes(peers, prefixes, presharedKeys);
    }

    /** The bytes of a configuration. */
    static long bytes(long peers, long prefixes, long presharedKeys) {
        return peers * MemoryBudget.PEER
                + prefixes * MemoryBudget.ALLOWED_IP
                + presharedKeys * MemoryBudget.PRESHARED_KEY;
    }

    /**
     * Checks an update.
     *
     * @throws IOException when there would be more than {@link PeerTable#MAX_PEERS} peers at any time
     * @throws InsufficientMemoryException when the configuration would not fit the memory
     * @throws IllegalStateException when a secret of the update is closed
     */
    void check(DeviceUpdate update) throws IOException {
        if (update.privateKey() != null) {
            update.privateKey().address();
        }
        if (update.replacePeers()) {
            replaced = true;
            peers = 0;
            prefixes = 0;
            presharedKeys = 0;
        }
        for (PeerUpdate peer : update.peers()) {
            if (peer.presharedKey() != null) {
                peer.presharedKey().address();
            }
            check(peer);
        }
        long bytes = bytes(peers, prefixes, presharedKeys);
        if (!memory.fits(bytes - presentBytes)) {
            throw new InsufficientMemoryException(peers + " peers with " + prefixes + " allowed IPs would need "
                    + (bytes >> 10) + " KiB, and peers may use three quarters of " + (memory.limit() >> 10)
                    + " KiB less what sessions use: give the process more memory, or the JVM more heap (-Xmx)");
        }
    }

    private void check(PeerUpdate update) throws IOException {
        boolean exists = exists(update.publicKey());
        if (update.remove()) {
            if (exists) {
                changed.put(update.publicKey(), false);
                peers--;
            }
            return;
        }
        if (!exists) {
            if (update.updateOnly()) {
                return;
            }
            if (peers == PeerTable.MAX_PEERS) {
                throw new IOException("cannot add peer " + update.publicKey().toBase64() + ": a device has at most "
                        + PeerTable.MAX_PEERS + " peers");
            }
            changed.put(update.publicKey(), true);
            peers++;
        }
        if (update.presharedKey() != null && !update.presharedKey().isZero()) {
            presharedKeys++;
        }
        for (PeerUpdate.AllowedIp change : update.allowedIps()) {
            if (!change.remove() && (replaced || !allowedIps.contains(change.prefix()))) {
                prefixes++;
            }
        }
    }

    private boolean exists(PublicKey key) {
        Boolean change = changed.get(key);
        return change == null ? !replaced && present.get(key) != null : change;
    }
}
