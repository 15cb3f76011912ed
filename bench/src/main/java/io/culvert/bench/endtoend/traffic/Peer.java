// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.engine.noise.Secret;

/**
 * A peer of a hub.
 *
 * @param privateKey its key
 * @param outside its address outside of the tunnel
 * @param inside its address inside, which the hub allows it
 */
public record Peer(Secret privateKey, String outside, String inside) {}
