// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.routing.PrefixList;
import io.culvert.natives.Memory;
import java.util.List;

/**
 * The state of one peer at one moment. A device uses each for many peers, one after the other, so that a list of a
 * million peers leaves no garbage, whose collection would stop the workers. One thread.
 */
public final class PeerSnapshot implements AutoCloseable {
    private final Secret presharedKey = new Secret();
    private final PrefixList allowedIps = new PrefixList();
    private PublicKey publicKey;
    private UdpEndpoint endpoint;
    private int keepaliveSeconds;
    private long handshakeSeconds;
    private int handshakeNanos;
    private long receivedBytes;
    private long sentBytes;

    /** Of no peer yet. */
    PeerSnapshot() {}

    /** Of a peer that no device has: copies the preshared key and the allowed IPs, and keeps the rest. */
    public PeerSnapshot(
            PublicKey publicKey,
            Secret presharedKey,
            UdpEndpoint endpoint,
            int keepaliveSeconds,
            long receivedBytes,
            long sentBytes,
            List<Prefix> allowedIps) {
        this.publicKey = publicKey;
        Memory.copy(presharedKey.address(), this.presharedKey.address(), Secret.BYTES);
        this.endpoint = endpoint;
        this.keepaliveSeconds = keepaliveSeconds;
        this.receivedBytes = receivedBytes;
        this.sentBytes = sentBytes;
        this.allowedIps.addAll(allowedIps);
    }

    /** Reads another peer. Under the lock of the device. */
    void read(Peer peer, AllowedIps<Peer> table) {
        publicKey = peer.publicKey();
        peer.handshake().copyPresharedKey(presharedKey);
        endpoint = peer.endpoint();
        keepaliveSeconds = peer.configuration().keepaliveSeconds();
        handshakeSeconds = peer.handshakeSeconds();
        handshakeNanos = peer.handshakeNanos();
        receivedBytes = peer.receivedBytes();
        sentBytes = peer.sentBytes();
        table.copy(peer, allowedIps);
    }

    /** The static public key. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** The preshared key, all zero when none is set; not to be kept. */
    public Secret presharedKey() {
        return presharedKey;
    }

    /** From the last authentic message, or as configured since; not {@linkplain UdpEndpoint#isSet set} if unknown. */
    public UdpEndpoint endpoint() {
        return endpoint;
    }

    /** The persistent keepalive, 0 for off. */
    public int keepaliveSeconds() {
        return keepaliveSeconds;
    }

    /** Wall-clock time of the last completed handshake in seconds since 1970, 0 before the first. */
    public long handshakeSeconds() {
        return handshakeSeconds;
    }

    /** The nanoseconds of that time, 0 to 999,999,999. */
    public int handshakeNanos() {
        return handshakeNanos;
    }

    /** UDP payload bytes received, handshakes included, cookie replies not. */
    public long receivedBytes() {
        return receivedBytes;
    }

    /** UDP payload bytes sent, handshakes included, cookie replies not. */
    public long sentBytes() {
        return sentBytes;
    }

    /** In the order they were added; not to be kept. */
    public PrefixList allowedIps() {
        return allowedIps;
    }

    /** Zeroes the preshared key. */
    @Override
    public void close() {
        presharedKey.close();
    }
}
