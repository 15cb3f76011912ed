// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.pipeline.PeerPath;
import io.culvert.engine.pipeline.Worker;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/** A peer's public key, and its endpoint, which follows the peer's authentic messages. */
abstract class RoamingPath extends PeerPath {
    private static final AtomicReferenceFieldUpdater<RoamingPath, UdpEndpoint> ENDPOINT =
            AtomicReferenceFieldUpdater.newUpdater(RoamingPath.class, UdpEndpoint.class, "endpoint");

    private static final UdpEndpoint NONE = new UdpEndpoint();

    /** Hears of the device's peers. */
    final DeviceListener listener;

    private final PublicKey publicKey;

    /**
     * Written by the home and by the holder of the receive token; read by any thread. Volatile: an instance does not
     * change after it was published here.
     */
    private volatile UdpEndpoint endpoint = NONE;
    /** The one before, so that a peer that alternates between two costs no memory. Shared as {@code endpoint}. */
    private volatile UdpEndpoint lastEndpoint = endpoint;

    RoamingPath(Worker home, byte receiveSocket, PublicKey publicKey, DeviceListener listener) {
        super(home, receiveSocket);
        this.publicKey = publicKey;
        this.listener = listener;
    }

    /** The static public key, which identifies the peer. Any thread. */
    public final PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public final UdpEndpoint endpoint() {
        return endpoint;
    }

    /**
     * Copies an endpoint. The home and the holder of the receive token; the later of two at once counts.
     *
     * @return whether it was another one before
     */
    final boolean setEndpoint(UdpEndpoint from) {
        if (from.sameAs(endpoint)) {
            return false;
        }
        UdpEndpoint last = lastEndpoint;
        if (!from.sameAs(last)) {
            last = new UdpEndpoint();
            last.copyFrom(from);
        }
        lastEndpoint = endpoint;
        endpoint = last;
        endpointKnown();
        return true;
    }

    /** The same for the sender of an authentic message, to which the peer may have moved. */
    final void follow(UdpEndpoint from) {
        UdpEndpoint before = endpoint;
        if (setEndpoint(from) && before.isSet() && !before.sameRemote(from)) {
            listener.roamed(publicKey, before, endpoint);
        }
    }

    /** Forgets the source address: the system chooses one for the next datagram. */
    final void clearSource() {
        UdpEndpoint seen = endpoint;
        if (seen.hasSource()) {
            UdpEndpoint cleared = new UdpEndpoint();
            cleared.copyFrom(seen);
            cleared.clearSource();
            // If this fails, the peer has another endpoint now, with a source that works.
            ENDPOINT.compareAndSet(this, seen, cleared);
        }
    }
}
