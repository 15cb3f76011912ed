// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import java.net.InetSocketAddress;

/**
 * The configured part of a peer: whether it may run and send, its persistent keepalive, and its configured endpoint.
 * Confined to the thread of the peer's home,
 * unless a method says otherwise.
 */
final class PeerConfiguration {
    private final Peer peer;

    private boolean active;
    private boolean sending;
    /** Written by the home, read by any thread; volatile. */
    private volatile int keepaliveSeconds;

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

    void setEndpoint(InetSocketAddress address) {
        boolean first = !peer.hasEndpoint();
        peer.setEndpoint(address);
        if (first && active && keepaliveSeconds != 0) {
            // The keepalive that was due when the interface came up, or when it was configured, had no destination.
            peer.sendKeepalive();
        }
    }

    void setKeepalive(int seconds) {
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
        peer.sendStaged();
        if (keepaliveSeconds != 0) {
            peer.sendKeepalive();
        }
    }

    /** The interface is down: drops staged packets and forgets the keys. */
    void stop() {
        active = false;
        sending = false;
        peer.timers().stop();
        peer.endSessions();
    }
}
