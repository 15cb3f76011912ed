// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.Secret;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The settings of a peer. Immutable; any thread. {@link #builder} makes one, and a {@link Tunnel} takes it.
 *
 * <p>A preshared key belongs to the caller, who closes it once the tunnel has taken the peer.
 */
public final class Peer {
    private final PublicKey publicKey;
    private final PresharedKey presharedKey;
    private final InetSocketAddress endpoint;
    private final int keepaliveSeconds;
    private final List<Cidr> allowedIps;

    private Peer(Builder builder) {
        publicKey = builder.publicKey;
        presharedKey = builder.presharedKey;
        endpoint = builder.endpoint;
        keepaliveSeconds = builder.keepaliveSeconds;
        allowedIps = List.copyOf(builder.allowedIps);
    }

    /**
     * Begins the settings of a peer.
     *
     * @param publicKey the key that identifies the peer
     * @return the settings, to be completed
     */
    public static Builder builder(PublicKey publicKey) {
        return new Builder(publicKey);
    }

    /**
     * The key that identifies the peer.
     *
     * @return the key
     */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** All settings, in place of those that the device has; an endpoint that is not set stays as it is. */
    PeerUpdate update() {
        List<PeerUpdate.AllowedIp> prefixes = allowedIps.stream()
                .map(range -> new PeerUpdate.AllowedIp(range.prefix(), false))
                .toList();
        Secret secret =
                presharedKey == null ? new Secret() : presharedKey.secret().copy();
        return new PeerUpdate(
                publicKey.key(), false, false, secret, endpoint, OptionalInt.of(keepaliveSeconds), true, prefixes);
    }

    /** The settings of a peer, to be completed. Not thread-safe. */
    public static final class Builder {
        private final PublicKey publicKey;
        private PresharedKey presharedKey;
        private InetSocketAddress endpoint;
        private int keepaliveSeconds;
        private final List<Cidr> allowedIps = new ArrayList<>();

        private Builder(PublicKey publicKey) {
            this.publicKey = Objects.requireNonNull(publicKey, "publicKey");
        }

        /**
         * The secret that both ends share beside their keys; none by default.
         *
         * @param key the secret, or {@code null} for none
         * @return this
         */
        public Builder presharedKey(PresharedKey key) {
            presharedKey = key;
            return this;
        }

        /**
         * Where the peer is. Without it the tunnel waits for the peer's first message; later it follows the peer.
         *
         * @param address its address and port
         * @return this
         * @throws IllegalArgumentException if the name is not resolved
         */
        public Builder endpoint(InetSocketAddress address) {
            if (address.isUnresolved()) {
                throw new IllegalArgumentException("the name of endpoint " + address + " has no address");
            }
            endpoint = address;
            return this;
        }

        /**
         * How often a message is sent to a silent peer, so that firewalls and NAT keep the way open; zero, the default,
         * for never.
         *
         * @param interval the time between two messages
         * @return this
         * @throws IllegalArgumentException unless it is from 0 to 65,535 whole seconds
         */
        public Builder keepalive(Duration interval) {
            if (interval.toNanosPart() != 0 || interval.isNegative() || interval.toSeconds() > 0xffff) {
                throw new IllegalArgumentException("keepalive " + interval + " is not 0 to 65,535 whole seconds");
            }
            keepaliveSeconds = (int) interval.toSeconds();
            return this;
        }

        /**
         * Adds addresses that the peer may use, and whose packets go to it.
         *
         * @param ranges the addresses
         * @return this
         */
        public Builder allowedIps(Cidr... ranges) {
            allowedIps.addAll(List.of(ranges));
            return this;
        }

        /**
         * The same in words.
         *
         * @param ranges the addresses
         * @return this
         * @throws IllegalArgumentException as {@link Cidr#parse}
         */
        public Builder allowedIps(String... ranges) {
            Stream.of(ranges).map(Cidr::parse).forEach(allowedIps::add);
            return this;
        }

        /**
         * The settings so far.
         *
         * @return the settings
         */
        public Peer build() {
            return new Peer(this);
        }
    }
}
