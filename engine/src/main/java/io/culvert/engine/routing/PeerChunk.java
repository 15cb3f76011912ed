// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import java.util.Arrays;

/** Up to {@value #PEERS} peers that follow each other in a {@link PeerTable}. Under the table's lock. */
public final class PeerChunk {
    /** The most peers of a chunk. */
    static final int PEERS = 256;

    /** Copied before a change of those that a {@link PeerList} has, which are {@code shared}; others may be added. */
    private Object[] peers = new Object[PEERS];

    private int count;
    private boolean shared;

    PeerChunk() {}

    int count() {
        return count;
    }

    /** The peers, in an array in which the first {@link #count} do not change any more. */
    Object[] share() {
        shared = true;
        return peers;
    }

    boolean isFull() {
        return count == PEERS;
    }

    void add(PeerTable.Member peer) {
        peers[count++] = peer;
        peer.setChunk(this);
    }

    void remove(PeerTable.Member peer) {
        int at = 0;
        while (peers[at] != peer) {
            at++;
        }
        if (shared) {
            peers = Arrays.copyOf(peers, PEERS);
            shared = false;
        }
        count--;
        System.arraycopy(peers, at + 1, peers, at, count - at);
        peers[count] = null;
        peer.setChunk(null);
    }
}
