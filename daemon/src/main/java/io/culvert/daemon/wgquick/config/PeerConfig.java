// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.util.List;

/**
 * A section {@code [Peer]}.
 *
 * @param publicKey the peer's
 * @param presharedKey or {@code null} for none
 * @param endpoint or {@code null} for none
 * @param keepaliveSeconds 0 (off) to 65,535
 * @param allowedIps in order, without duplicates
 */
public record PeerConfig(
        PublicKey publicKey, Secret presharedKey, Endpoint endpoint, int keepaliveSeconds, List<Prefix> allowedIps) {}
