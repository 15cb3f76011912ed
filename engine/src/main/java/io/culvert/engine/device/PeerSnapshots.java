// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.device.DeviceSnapshot.PeerSnapshot;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.Prefix;
import java.util.AbstractList;
import java.util.List;

/**
 * The peers of a snapshot, in the order they were added. Each is read when it is asked for, together with its
 * neighbours, and these are kept until one outside is asked for: then their preshared keys are zeroed. So a reader
 * must be done with a peer before it goes on to one {@value #BATCH} peers further.
 *
 * <p>One thread. What it reads is volatile, or guarded by the device's lock, which is held for a batch.
 */
final class PeerSnapshots extends AbstractList<PeerSnapshot> implements AutoCloseable {
    private static final int BATCH = 64;

    private final Device device;
    private final AllowedIps<Peer> allowedIps;
    private final List<Peer> peers;
    /** The batch that was read last, from index {@code first} on. */
    private final PeerSnapshot[] batch = new PeerSnapshot[BATCH];

    private int first;

    PeerSnapshots(Device device, AllowedIps<Peer> allowedIps, List<Peer> peers) {
        this.device = device;
        this.allowedIps = allowedIps;
        this.peers = peers;
    }

    @Override
    public int size() {
        return peers.size();
    }

    @Override
    public PeerSnapshot get(int index) {
        PeerSnapshot snapshot = index >= first && index < first + BATCH ? batch[index - first] : null;
        if (snapshot != null) {
            return snapshot;
        }
        List<Peer> read = peers.subList(index, Math.min(peers.size(), index - index % BATCH + BATCH));
        close();
        first = index;
        synchronized (device) {
            for (int i = 0; i < read.size(); i++) {
                batch[i] = read(read.get(i), allowedIps.of(read.get(i)));
            }
        }
        return batch[0];
    }

    private static PeerSnapshot read(Peer peer, List<Prefix> prefixes) {
        Secret presharedKey = peer.handshake().copyPresharedKey();
        return new PeerSnapshot(
                peer.publicKey(),
                presharedKey,
                peer.endpoint().toSocketAddress(),
                peer.configuration().keepaliveSeconds(),
                peer.handshakeSeconds(),
                peer.handshakeNanos(),
                peer.receivedBytes(),
                peer.sentBytes(),
                prefixes);
    }

    /** Zeroes the preshared keys of the batch that was read last. */
    @Override
    public void close() {
        for (int i = 0; i < BATCH; i++) {
            if (batch[i] != null) {
                batch[i].presharedKey().close();
                batch[i] = null;
            }
        }
    }
}
