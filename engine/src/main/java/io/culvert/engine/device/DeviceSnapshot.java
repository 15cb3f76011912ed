// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.noise.Secret;
import java.util.List;

/**
 * A device's configuration and state, as a UAPI {@code get} returns it. The caller that got it closes it, which zeroes
 * the copies of secrets.
 *
 * @param privateKey a copy, or {@code null} when none is set
 * @param listenPort the open port, else the configured or last one; 0 when none was chosen yet
 * @param fwmark the firewall mark, 0 for none
 * @param peers in the order they were added. A device reads them when they are asked for, 64 at a time: each is that
 *     of one moment, and valid until one 64 peers further is asked for
 * @param status what the device wants of the system, and what it has
 */
public record DeviceSnapshot(
        Secret privateKey, int listenPort, int fwmark, List<PeerSnapshot> peers, DeviceStatus status)
        implements AutoCloseable {
    @Override
    public void close() {
        if (privateKey != null) {
            privateKey.close();
        }
        if (peers instanceof PeerSnapshots read) {
            read.close();
        } else {
            peers.forEach(PeerSnapshot::close);
        }
    }
}
