// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.PublicKey;
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
    /** Peers that the update adds (true) or removes (false); all others are as they are present. */
    private final Map<PublicKey, Boolean> changed = new HashMap<>();

    private boolean replaced;
    private int peers;

    UpdateCheck(PeerTable<Peer> present) {
        this.present = present;
        peers = present.size();
    }

    /**
     * Checks an update.
     *
     * @throws IOException when there would be more than {@link PeerTable#MAX_PEERS} peers at any time
     * @throws IllegalStateException when a secret of the update is closed
     */
    void check(DeviceUpdate update) throws IOException {
        if (update.privateKey() != null) {
            update.privateKey().address();
        }
        if (update.replacePeers()) {
            replaced = true;
            peers = 0;
        }
        for (PeerUpdate peer : update.peers()) {
            if (peer.presharedKey() != null) {
                peer.presharedKey().address();
            }
            check(peer);
        }
    }

    private void check(PeerUpdate update) throws IOException {
        boolean exists = exists(update.publicKey());
        if (update.remove()) {
            if (exists) {
                changed.put(update.publicKey(), false);
                peers--;
            }
        } else if (!exists && !update.updateOnly()) {
            if (peers == PeerTable.MAX_PEERS) {
                throw new IOException("cannot add peer " + update.publicKey().toBase64() + ": a device has at most "
                        + PeerTable.MAX_PEERS + " peers");
            }
            changed.put(update.publicKey(), true);
            peers++;
        }
    }

    private boolean exists(PublicKey key) {
        Boolean change = changed.get(key);
        return change == null ? !replaced && present.get(key) != null : change;
    }
}
