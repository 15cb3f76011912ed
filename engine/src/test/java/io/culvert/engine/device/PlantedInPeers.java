// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.Keypairs;
import io.culvert.engine.pipeline.PeerPath;
import io.culvert.engine.timer.PeerTimers;

/** Wrong versions of calls of peers, for {@code PlantedFaultsTest}, which puts them in place of the right ones. */
public final class PlantedInPeers {
    private PlantedInPeers() {}

    /** Makes an address the peer's endpoint. */
    public static void follow(PeerPath peer, UdpEndpoint from) {
        ((Peer) peer).setEndpoint(from);
    }

    /** Keeps the keys. */
    static void clear(Keypairs keypairs) {
        // They stay.
    }

    /** Loses what a worker armed. */
    static void schedule(PeerTimers timers, long now) {
        // The wheel never hears of it.
    }
}
