package io.culvert.engine.device;

import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A device's configuration and state at one moment, as one UAPI {@code get} tells it. Whoever asked closes it, which
 * zeroes the copies of secrets.
 *
 * @param privateKey a copy, or {@code null} when none is set
 * @param listenPort 0 when none was chosen yet
 * @param mark the firewall mark, 0 for none
 * @param peers in the order they were added
 */
public record DeviceSnapshot(Secret privateKey, int listenPort, int mark, List<PeerSnapshot> peers)
        implements AutoCloseable {
    /**
     * One peer.
     *
     * @param publicKey its key
     * @param presharedKey a copy, all zero when none is set
     * @param endpoint where it was last seen or is configured to be, or {@code null}
     * @param keepaliveSeconds persistent keepalive, 0 for off
     * @param handshakeSeconds wall-clock time of the latest handshake, 0 for never
     * @param handshakeNanos its nanoseconds
     * @param receivedBytes UDP payload bytes received, handshakes included, cookie replies not
     * @param sentBytes likewise sent
     * @param allowedIps in the order they were added
     */
    public record PeerSnapshot(
            PublicKey publicKey,
            Secret presharedKey,
            InetSocketAddress endpoint,
            int keepaliveSeconds,
            long handshakeSeconds,
            int handshakeNanos,
            long receivedBytes,
            long sentBytes,
            List<Prefix> allowedIps) {}

    @Override
    public void close() {
        if (privateKey != null) {
            privateKey.close();
        }
        for (PeerSnapshot peer : peers) {
            peer.presharedKey().close();
        }
    }
}
