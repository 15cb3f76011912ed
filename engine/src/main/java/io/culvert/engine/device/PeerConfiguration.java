// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.UdpEndpoint;
import java.net.InetSocketAddress;

/**
 * The configured part of a peer: whether it may run and send, its persistent keepalive, and its configured endpoint.
 * Confined to the thread of the peer's home, unless a
 * method says otherwise.
 */
final class PeerConfiguration {
    private final Peer peer;

    private boolean active;
    private boolean sending;
    /** Written by the home, read by any thread; volatile. */
    private volatile int keepaliveSeconds;

    /** Read and written under the device's monitor: that of the handshake may be held by a thread that is stuck. */
    private boolean presharedKey;

    PeerConfiguration(Peer peer) {
        this.peer = peer;
    }

    /** Whether the interface is up: packets are staged and sessions may begin. */
    boolean isActive() {
        return active;
    }

    /** Whether the peer is active and the workers have a port to send from. */
    boolean isSending() {
        return sending;
    }

    /** The interval of the persistent keepalive in seconds, 0 for off. Any thread. */
    int keepaliveSeconds() {
        return keepaliveSeconds;
    }

    /** Whether the peer has a preshared key. Under the device's monitor. */
    boolean hasPresharedKey() {
        return presharedKey;
    }

    /** Notes it. Under the device's monitor. */
    void setPresharedKey(boolean set) {
        presharedKey = set;
    }

    /** Applies what an update says of this part; {@code start} if the interface is up. */
    void apply(PeerUpdate update, boolean start) {
        if (update.endpoint() != null) {
            setEndpoint(update.endpoint());
        }
        if (start) {
            start();
            startSending();
        }
        update.keepaliveSeconds().ifPresent(this::setKeepalive);
    }

    private void setEndpoint(InetSocketAddress address) {
        boolean first = !peer.hasEndpoint();
        UdpEndpoint endpoint = new UdpEndpoint();
        endpoint.set(address);
        peer.setEndpoint(endpoint);
        if (first && active && keepaliveSeconds != 0) {
            // The keepalive that was due when the interface came up, or when it was configured, had no destination.
            peer.sendKeepalive();
        }
    }

    private void setKeepalive(int seconds) {
        boolean turnedOn = keepaliveSeconds == 0 && seconds != 0;
        keepaliveSeconds = seconds;
        peer.timers().setPersistentKeepalive(seconds);
        if (turnedOn && sending) {
            peer.sendKeepalive();
        }
    }

    /** The interface is up: sessions may begin, and packets are staged. Called before the workers read from a port. */
    void start() {
        if (!active && !peer.isDead()) {
            active = true;
            peer.timers().start();
        }
    }

    /** The workers have a port: sends the staged packets, and a persistent keepalive. */
    void startSending() {
        if (sending || peer.isDead()) {
            return;
        }
        sending = true;
        peer.dropOutdated();
        peer.sendStaged();
        if (keepaliveSeconds != 0) {
            peer.sendKeepalive();
        }
    }

    /**
     * The interface is down: forgets the keys, and drops what was staged before {@code since}. It may be up again by
     * now, and what was staged later came since.
     */
    void stop(long since) {
        active = false;
        sending = false;
        peer.timers().stop();
        peer.endSessions(since);
    }
}
