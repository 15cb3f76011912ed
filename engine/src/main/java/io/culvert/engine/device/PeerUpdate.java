// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A change to one peer.
 *
 * @param publicKey the peer's static public key
 * @param remove whether the peer is removed; the other components then have no effect
 * @param updateOnly whether an unknown peer is ignored rather than added
 * @param presharedKey the new preshared key, all zero to remove it, or {@code null} to leave it
 * @param endpoint the new endpoint, or {@code null} to leave it
 * @param keepaliveSeconds persistent keepalive, 0 (off) to 65,535, or empty to leave it
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
     * @param remove whether the prefix is removed, which has no effect if another peer has it, or added, which moves it
     *     from another peer
     */
    public record AllowedIp(Prefix prefix, boolean remove) {
        /** A change of a prefix, which must not be {@code null}. */
        public AllowedIp {
            Objects.requireNonNull(prefix, "prefix");
        }
    }

    /**
     * Checks the values, and keeps a copy of the list.
     *
     * @throws IllegalArgumentException if the keepalive is not from 0 to 65,535, or the endpoint has no address
     * @throws NullPointerException if a component other than preshared key and endpoint, or a prefix, is {@code null}
     */
    public PeerUpdate {
        Objects.requireNonNull(publicKey, "publicKey");
        if (keepaliveSeconds.isPresent() && (keepaliveSeconds.getAsInt() & ~0xffff) != 0) {
            throw new IllegalArgumentException("keepalive " + keepaliveSeconds.getAsInt() + " is not from 0 to 65,535");
        }
        if (endpoint != null && endpoint.isUnresolved()) {
            throw new IllegalArgumentException("endpoint " + endpoint + " has no address");
        }
        allowedIps = List.copyOf(allowedIps);
    }

    @Override
    public void close() {
        if (presharedKey != null) {
            presharedKey.close();
        }
    }
}
