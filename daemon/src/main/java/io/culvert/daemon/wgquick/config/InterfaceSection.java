// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import io.culvert.daemon.uapi.AddressText;
import io.culvert.daemon.wgquick.config.ConfigLine.Fault;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Collects the values of {@code [Interface]}. Closing it zeroes a key that nobody took. Not thread-safe. */
final class InterfaceSection implements AutoCloseable {
    private final Map<ConfigKey, Integer> lines = new EnumMap<>(ConfigKey.class);
    private final Map<Prefix, Integer> linesOfHosts = new HashMap<>();
    private final List<InterfaceAddress> addresses = new ArrayList<>();
    private final List<String> dns = new ArrayList<>();
    private final List<String> dnsSearch = new ArrayList<>();
    private final Map<Hook, List<String>> hooks = new EnumMap<>(Hook.class);
    private Secret privateKey;
    private OptionalInt listenPort = OptionalInt.empty();
    private OptionalInt fwmark = OptionalInt.empty();
    private OptionalInt mtu = OptionalInt.empty();
    private RouteTable table = RouteTable.AUTO;
    private boolean saveConfig;

    void accept(ConfigKey key, ConfigLine value) throws Fault {
        Integer before = lines.putIfAbsent(key, value.number());
        if (before != null && !key.isRepeatable()) {
            throw new Fault("stands twice; first in line " + before);
        }
        switch (key) {
            case PRIVATE_KEY -> privateKey = value.secret();
            case LISTEN_PORT -> listenPort = OptionalInt.of(value.number(0, 65_535));
            case FW_MARK -> fwmark = OptionalInt.of(value.fwmark());
            case MTU -> mtu = OptionalInt.of(value.mtu());
            case TABLE -> table = value.table();
            case SAVE_CONFIG -> saveConfig = value.bool();
            case ADDRESS -> {
                for (String word : value.words()) {
                    add(ConfigLine.address(word), value.number());
                }
            }
            case DNS -> {
                for (String word : value.words()) {
                    addDns(word);
                }
            }
            case PRE_UP -> addHook(Hook.PRE_UP, value);
            case POST_UP -> addHook(Hook.POST_UP, value);
            case PRE_DOWN -> addHook(Hook.PRE_DOWN, value);
            case POST_DOWN -> addHook(Hook.POST_DOWN, value);
            default -> throw new AssertionError(key);
        }
    }

    private void add(InterfaceAddress address, int line) throws Fault {
        Integer before = linesOfHosts.putIfAbsent(address.host(), line);
        if (before != null) {
            throw new Fault(Cidr.address(address.host()) + " stands twice; first in line " + before);
        }
        addresses.add(address);
    }

    private void addDns(String word) throws Fault {
        if (AddressText.address(word) != null) {
            dns.add(word);
        } else if (word.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*") && !word.matches("[0-9.]+")) {
            dnsSearch.add(word);
        } else {
            throw new Fault("expected a server's numeric address or a search domain, got \"" + word + "\"");
        }
    }

    private void addHook(Hook time, ConfigLine value) {
        if (!value.isEmpty()) {
            hooks.computeIfAbsent(time, each -> new ArrayList<>()).add(value.text());
        }
    }

    /** The line of a key, 0 if it is not there. */
    int line(ConfigKey key) {
        return lines.getOrDefault(key, 0);
    }

    OptionalInt mtu() {
        return mtu;
    }

    boolean hasIpv6() {
        return addresses.stream().anyMatch(InterfaceAddress::ipv6);
    }

    /** The section, which takes the key. */
    InterfaceConfig finish() {
        InterfaceConfig config = new InterfaceConfig(
                privateKey, listenPort, fwmark, addresses, dns, dnsSearch, mtu, table, hooks, saveConfig);
        privateKey = null;
        return config;
    }

    @Override
    public void close() {
        if (privateKey != null) {
            privateKey.close();
        }
    }
}
