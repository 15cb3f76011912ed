package io.culvert.engine.device;

import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalInt;

/**
 * A change to one peer.
 *
 * @param publicKey which peer
 * @param remove whether it is removed; the rest is then without effect
 * @param updateOnly whether nothing happens when there is no such peer
 * @param presharedKey the new preshared key, all zero to remove it, or {@code null} to leave it
 * @param endpoint the new endpoint, or {@code null} to leave it
 * @param keepaliveSeconds persistent keepalive, 0 (off) to 65,535
 * @param replaceAllowedIps whether all allowed IPs are removed first
 * @param allowedIps additions and removals, in order
 */
public record PeerUpdate(
        PublicKey publicKey,
        boolean remove,
        boolean updateOnly,
        Secret presharedKey,
        InetSocketAddress endpoint,
        OptionalInt keepaliveSeconds,
        boolean replaceAllowedIps,
        List<AllowedIp> allowedIps)
        implements AutoCloseable {
    /**
     * One addition to, or removal from, a peer's allowed IPs.
     *
     * @param prefix the prefix
     * @param remove whether it is taken away (without effect when it is another peer's) or added (moved from another peer)
     */
    public record AllowedIp(Prefix prefix, boolean remove) {}

    @Override
    public void close() {
        if (presharedKey != null) {
            presharedKey.close();
        }
    }
}
