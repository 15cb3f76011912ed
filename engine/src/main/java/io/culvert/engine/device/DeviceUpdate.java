// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.Secret;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A change to a device, as a UAPI {@code set} carries it. Its creator closes it, which zeroes its secrets; the device
 * keeps copies.
 *
 * @param privateKey the new private key, all zero to remove it, or {@code null} to leave it
 * @param listenPort 0 (any free port) to 65,535, or empty to leave it
 * @param fwmark the firewall mark, 0 for none, or empty to leave it
 * @param replacePeers whether all peers are removed first
 * @param peers changes to peers, applied in order
 */
public record DeviceUpdate(
        Secret privateKey, OptionalInt listenPort, OptionalInt fwmark, boolean replacePeers, List<PeerUpdate> peers)
        implements AutoCloseable {
    /**
     * Checks the values, and keeps a copy of the list.
     *
     * @throws IllegalArgumentException if the port is not from 0 to 65,535
     * @throws NullPointerException if a component other than the private key, or a peer, is {@code null}
     */
    public DeviceUpdate {
        if (listenPort.isPresent() && (listenPort.getAsInt() & ~0xffff) != 0) {
            throw new IllegalArgumentException("listen port " + listenPort.getAsInt() + " is not from 0 to 65,535");
        }
        Objects.requireNonNull(fwmark, "fwmark");
        peers = List.copyOf(peers);
    }

    @Override
    public void close() {
        if (privateKey != null) {
            privateKey.close();
        }
        peers.forEach(PeerUpdate::close);
    }
}
