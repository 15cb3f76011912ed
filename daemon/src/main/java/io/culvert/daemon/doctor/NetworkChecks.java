// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sysctls, the uplink and programs around. */
final class NetworkChecks {
    private static final String SYSCTLS = "sysctls";
    private static final String TOOLS = "tools";
    private static final long RECEIVE_BYTES = 16L << 20;
    private static final long SEND_BYTES = 7L << 20;
    private static final long BUDGET = 300;
    private static final long BACKLOG = 1000;
    private static final long QUEUE = 1000;

    private static final Map<String, String> CARD_COSTS = Map.of(
            "rx-gro", "each received datagram passes the kernel alone: more CPU",
            "tx-generic-segmentation", "the kernel splits sends early: more CPU",
            "tx-scatter-gather", "the kernel copies every sent packet",
            "tx-udp-segmentation", "the kernel splits sends in software: a little CPU",
            "rx-checksum", "the kernel verifies checksums: more CPU");

    private NetworkChecks() {}

    static List<Finding> of(Host host) {
        List<Finding> findings = new ArrayList<>();
        findings.add(forwarding(host, "net.ipv4.ip_forward"));
        findings.add(forwarding(host, "net.ipv6.conf.all.forwarding"));
        findings.add(buffer(host, "net.core.rmem_max", RECEIVE_BYTES));
        findings.add(buffer(host, "net.core.wmem_max", SEND_BYTES));
        findings.add(atLeast(host, "net.core.netdev_budget", BUDGET, "bursts from the network are taken in pieces"));
        findings.add(atLeast(host, "net.core.netdev_max_backlog", BACKLOG, "bursts may be dropped before the sockets"));
        findings.add(reversePath(host));
        findings.add(ipv6(host));
        uplinks(host).forEach(link -> findings.addAll(uplink(host, link)));
        findings.addAll(tools(host));
        return findings;
    }

    private static Optional<String> sysctl(Host host, String name) {
        return host.read("/proc/sys/" + name.replace('.', '/'));
    }

    /** A gateway needs it, other hosts do not: it is never a fault by itself. */
    private static Finding forwarding(Host host, String name) {
        boolean on = sysctl(host, name).filter(value -> !value.equals("0")).isPresent();
        return Finding.ok(
                SYSCTLS,
                name,
                on ? "on: this host forwards packets" : "off: a gateway or hub needs it on (sysctl -w " + name + "=1)");
    }

    private static Finding buffer(Host host, String name, long wanted) {
        Optional<Long> value = sysctl(host, name).map(Long::parseLong);
        if (value.isEmpty()) {
            return Finding.unknown(SYSCTLS, name, "not visible in this network namespace", "");
        }
        String found = value.get() + " bytes";
        if (value.get() >= wanted || host.isRoot() && Capability.NET_ADMIN.isHeld(host)) {
            return Finding.ok(SYSCTLS, name, found + "; the daemon sets its buffers beyond it with CAP_NET_ADMIN");
        }
        return Finding.warn(
                SYSCTLS,
                name,
                found,
                "without CAP_NET_ADMIN the sockets' buffers overflow in bursts",
                "sysctl -w " + name + "=" + wanted);
    }

    private static Finding atLeast(Host host, String name, long wanted, String cost) {
        Optional<Long> value = sysctl(host, name).map(Long::parseLong);
        if (value.isEmpty()) {
            return Finding.unknown(SYSCTLS, name, "not visible in this network namespace", "");
        }
        return value.get() >= wanted
                ? Finding.ok(SYSCTLS, name, value.get().toString())
                : Finding.warn(SYSCTLS, name, value.get().toString(), cost, "sysctl -w " + name + "=" + wanted);
    }

    private static Finding reversePath(Host host) {
        String name = "net.ipv4.conf.all.rp_filter";
        boolean marked =
                sysctl(host, "net.ipv4.conf.all.src_valid_mark").orElse("0").equals("1");
        String value = sysctl(host, name).orElse("0");
        if (!value.equals("1") || marked) {
            return Finding.ok(SYSCTLS, name, value + (marked ? ", with src_valid_mark" : ""));
        }
        return Finding.warn(
                SYSCTLS,
                name,
                "1 (strict)",
                "answers to a tunnel with a firewall mark of its own may be dropped",
                "sysctl -w net.ipv4.conf.all.src_valid_mark=1 (wg-quick does), or rp_filter 2");
    }

    private static Finding ipv6(Host host) {
        return host.exists("/proc/net/if_inet6")
                ? Finding.ok(SYSCTLS, "IPv6", "on")
                : Finding.warn(
                        SYSCTLS,
                        "IPv6",
                        "the kernel has none",
                        "no peers over IPv6, and none inside",
                        "remove ipv6.disable=1 from the kernel's command line");
    }

    /** The interfaces of default routes. */
    static Set<String> uplinks(Host host) {
        Set<String> links = new LinkedHashSet<>();
        for (String line : host.read("/proc/net/route").orElse("").split("\n")) {
            String[] words = line.split("\\s+");
            if (words.length > 7 && words[1].equals("00000000") && words[7].equals("00000000")) {
                links.add(words[0]);
            }
        }
        for (String line : host.read("/proc/net/ipv6_route").orElse("").split("\n")) {
            String[] words = line.strip().split("\\s+");
            // The destination, its length, and ten words on the interface; the loopback has the unreachable route.
            if (words.length == 10 && words[0].matches("0+") && words[1].equals("00") && !words[9].equals("lo")) {
                links.add(words[9]);
            }
        }
        return links;
    }

    private static List<Finding> uplink(Host host, String link) {
        String area = "uplink " + link;
        List<Finding> findings = new ArrayList<>();
        String files = "/sys/class/net/" + link + "/";
        String mtu = host.read(files + "mtu").map(value -> value + " bytes").orElse("unknown");
        findings.add(Finding.ok(area, "MTU", mtu));
        long queue = host.read(files + "tx_queue_len").map(Long::parseLong).orElse(QUEUE);
        // 0 means that the interface has no queue at all, as virtual ones.
        findings.add(
                queue == 0 || queue >= QUEUE
                        ? Finding.ok(area, "txqueuelen", Long.toString(queue))
                        : Finding.warn(
                                area,
                                "txqueuelen",
                                Long.toString(queue),
                                "a burst of a tunnel may be dropped",
                                "ip link set " + link + " txqueuelen " + QUEUE));
        try {
            Map<String, Host.CardFeature> features = host.cardFeatures(link);
            CARD_COSTS.keySet().stream()
                    .sorted()
                    .filter(features::containsKey)
                    .forEach(name -> findings.add(card(area, link, name, features.get(name))));
        } catch (IOException e) {
            findings.add(Finding.unknown(area, "card features", e.getMessage(), ""));
        }
        return findings;
    }

    private static Finding card(String area, String link, String name, Host.CardFeature feature) {
        if (feature.on()) {
            return Finding.ok(area, name, "on");
        }
        if (!feature.changeable()) {
            return Finding.ok(area, name, "off, and the driver has no switch: " + CARD_COSTS.get(name));
        }
        return Finding.warn(area, name, "off", CARD_COSTS.get(name), "ethtool -K " + link + " " + name + " on");
    }

    private static List<Finding> tools(Host host) {
        return List.of(
                tool(host, List.of("wg"), "nothing configures the interface", "wireguard-tools"),
                tool(host, List.of("wg-quick"), "no wg-quick files", "wireguard-tools"),
                tool(host, List.of("nft", "iptables"), "wg-quick cannot take all traffic into the tunnel", "nftables"),
                tool(host, List.of("ip"), "addresses and routes cannot be set", "iproute2"));
    }

    private static Finding tool(Host host, List<String> names, String cost, String debian) {
        String title = String.join(" or ", names);
        return names.stream()
                .flatMap(name -> host.program(name).stream())
                .findFirst()
                .map(path -> Finding.ok(TOOLS, title, path))
                .orElseGet(() -> Finding.warn(TOOLS, title, "not installed", cost, "install " + debian));
    }
}
