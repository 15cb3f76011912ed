// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.routing.AllowedIps;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;

/**
 * The peers of a snapshot, in the order they were added. Each is read when it is asked for, together with its
 * neighbours, into the same objects as those before: a reader must be done with a peer before it goes on to one
 * {@value #BATCH} peers further.
 *
 * <p>One thread. What it reads is volatile, or guarded by the device's lock, which is held for a batch.
 */
final class PeerSnapshots extends AbstractList<PeerSnapshot> implements AutoCloseable {
    private static final int BATCH = 64;

    private final Device device;
    private final AllowedIps<Peer> allowedIps;
    private final List<Peer> peers;
    /** The batch that was read last, {@code count} peers from index {@code first} on. */
    private final PeerSnapshot[] batch;

    private int first;
    private int count;

    PeerSnapshots(Device device, AllowedIps<Peer> allowedIps, List<Peer> peers) {
        this.device = device;
        this.allowedIps = allowedIps;
        this.peers = peers;
        batch = new PeerSnapshot[Math.min(BATCH, peers.size())];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = new PeerSnapshot();
        }
    }

    @Override
    public int size() {
        return peers.size();
    }

    @Override
    public PeerSnapshot get(int index) {
        Objects.checkIndex(index, peers.size());
        if (index < first || index >= first + count) {
            read(index);
        }
        return batch[index - first];
    }

    private void read(int index) {
        first = index;
        count = Math.min(peers.size(), index - index % BATCH + BATCH) - index;
        synchronized (device) {
            for (int i = 0; i < count; i++) {
                batch[i].read(peers.get(index + i), allowedIps);
            }
        }
    }

    /** Zeroes the preshared keys of the batch that was read last. */
    @Override
    public void close() {
        for (PeerSnapshot snapshot : batch) {
            snapshot.close();
        }
    }
}
