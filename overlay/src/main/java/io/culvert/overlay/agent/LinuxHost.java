// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.wireguard.InterfaceSetup;
import io.culvert.overlay.wireguard.InterfaceStart;
import io.culvert.overlay.wireguard.UapiWireGuard;
import io.culvert.overlay.wireguard.WireGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** A Linux machine. */
final class LinuxHost implements Host {
    private final String name;
    private final UapiWireGuard wireGuard;
    private final Path sentPackets;

    LinuxHost(String interfaceName) {
        name = interfaceName;
        wireGuard = UapiWireGuard.named(interfaceName);
        sentPackets = Path.of("/sys/class/net", interfaceName, "statistics/tx_packets");
    }

    @Override
    public WireGuard wireGuard() {
        return wireGuard;
    }

    @Override
    public void ensureRunning() throws IOException {
        try {
            InterfaceStart.ensure(name);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    @Override
    public void setUp(List<Prefix> prefixes, int mtu, List<Prefix> pools) throws IOException {
        List<String> addresses = prefixes.stream()
                .map(prefix -> new Prefix(prefix.firstHost(), prefix.bits()).toString())
                .toList();
        List<String> routes = pools.stream().map(Prefix::toString).toList();
        try {
            new InterfaceSetup(addresses, mtu, routes).apply(name, address -> isIn(pools, address));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static boolean isIn(List<Prefix> pools, String address) {
        String host = address.substring(0, address.lastIndexOf('/'));
        Prefix single = Prefix.of(host + (host.indexOf(':') < 0 ? "/32" : "/128"));
        return pools.stream().anyMatch(pool -> pool.contains(single));
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", e);
    }

    @Override
    public Object generation() {
        try {
            return Files.readAttributes(UapiWireGuard.socket(name), BasicFileAttributes.class)
                    .creationTime();
        } catch (IOException e) {
            return "no socket";
        }
    }

    @Override
    public long sentPackets() {
        try {
            return Long.parseLong(Files.readString(sentPackets).strip());
        } catch (IOException | NumberFormatException e) {
            return -1; // The next question to the interface says what is wrong.
        }
    }
}
