package io.culvert.engine.device;

import io.culvert.engine.noise.Secret;
import java.util.List;
import java.util.OptionalInt;

/**
 * A change to a device, as one UAPI {@code set} carries it. Whoever makes it closes it, which zeroes its secrets; a
 * device copies what it keeps.
 *
 * @param privateKey the new private key, all zero to remove it, or {@code null} to leave it
 * @param listenPort 0 (any free port) to 65,535
 * @param mark the firewall mark, 0 for none
 * @param replacePeers whether all peers are removed first
 * @param peers changes to peers, applied in order
 */
public record DeviceUpdate(
        Secret privateKey, OptionalInt listenPort, OptionalInt mark, boolean replacePeers, List<PeerUpdate> peers)
        implements AutoCloseable {
    @Override
    public void close() {
        if (privateKey != null) {
            privateKey.close();
        }
        peers.forEach(PeerUpdate::close);
    }
}
