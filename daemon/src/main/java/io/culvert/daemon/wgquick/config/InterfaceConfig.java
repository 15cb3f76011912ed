// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.engine.noise.Secret;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The section {@code [Interface]}.
 *
 * @param privateKey or {@code null}: a hook may set it
 * @param listenPort 0 to 65,535; empty for one that the system chooses
 * @param fwmark 0 for none; empty if it is not given
 * @param addresses without duplicates
 * @param dns numeric addresses of servers
 * @param dnsSearch domains
 * @param mtu 68 to 65,535; empty for one that fits the route to the peers
 * @param table where routes go
 * @param hooks commands by the time when they run, in order
 * @param saveConfig whether {@code down} writes the state of the interface to the file
 */
public record InterfaceConfig(
        Secret privateKey,
        OptionalInt listenPort,
        OptionalInt fwmark,
        List<InterfaceAddress> addresses,
        List<String> dns,
        List<String> dnsSearch,
        OptionalInt mtu,
        RouteTable table,
        Map<Hook, List<String>> hooks,
        boolean saveConfig) {
    /** The commands of one time. */
    public List<String> hooks(Hook time) {
        return hooks.getOrDefault(time, List.of());
    }
}
