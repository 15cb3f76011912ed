// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import java.util.List;

/**
 * A whole file. Closing it zeroes its secrets.
 *
 * @param self the interface
 * @param peers in the order of the file
 */
public record TunnelConfig(InterfaceConfig self, List<PeerConfig> peers) implements AutoCloseable {
    /** Whether an allowed IP is a default route, of IPv4 or IPv6, for which the routing policy has to change. */
    public boolean isFullTunnel() {
        return self.table().equals(RouteTable.AUTO)
                && peers.stream().flatMap(peer -> peer.allowedIps().stream()).anyMatch(prefix -> prefix.length() == 0);
    }

    @Override
    public void close() {
        if (self.privateKey() != null) {
            self.privateKey().close();
        }
        for (PeerConfig peer : peers) {
            if (peer.presharedKey() != null) {
                peer.presharedKey().close();
            }
        }
    }
}
