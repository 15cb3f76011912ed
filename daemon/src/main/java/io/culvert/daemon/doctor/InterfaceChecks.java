// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.daemon.status.InterfaceStatus;
import io.culvert.daemon.status.InterfaceStatus.Feature;
import io.culvert.daemon.status.InterfaceStatus.Lack;
import io.culvert.daemon.status.InterfaceStatus.Link;
import io.culvert.daemon.status.PeerStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Interfaces that run: what they want and have, and the way to their peers. */
final class InterfaceChecks {
    /** Peers usually share a way; more would make the list long. */
    private static final int ENDPOINTS = 8;

    /** Bytes that a tunnel adds to a packet: IP, UDP, and header and tag of the data message. */
    private static final int OVERHEAD_IPV4 = 20 + 8 + 32;

    private static final int OVERHEAD_IPV6 = 40 + 8 + 32;
    private static final long QUEUE = 1000;

    private InterfaceChecks() {}

    static List<Finding> of(Host host, InterfaceStatus status) {
        String area = "interface " + status.name();
        if (status.problem().isPresent()) {
            return List.of(Finding.fail(
                    area,
                    "answer",
                    status.problem().get(),
                    "it cannot be configured",
                    "start it again: culvert IFNAME"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(ready(area, status));
        for (Lack lack : status.lacks()) {
            findings.add(Finding.warn(
                    area, lack.what(), lack.reason(), "the interface does without it", "mend it: it is tried again"));
        }
        status.aead().ifPresent(aead -> findings.add(aead(host, area, aead)));
        status.ioUring().filter(ring -> !ring.on()).ifPresent(ring -> findings.add(off(area, ring)));
        status.offloads().stream()
                .filter(offload -> !offload.on())
                .forEach(offload -> findings.add(off(area, offload)));
        if (status.link() != Link.ELSEWHERE) {
            findings.addAll(link(host, area, status));
        }
        return findings;
    }

    private static Finding ready(String area, InterfaceStatus status) {
        Optional<String> reason = status.unreadyReason();
        if (reason.isEmpty()) {
            return Finding.ok(area, "ready", "it carries packets on port " + status.openPort());
        }
        String port = " (port wanted: " + status.wantedPort() + ", open: " + status.openPort() + ")";
        return Finding.warn(
                area,
                "ready",
                reason.get() + port,
                "it carries no packets",
                status.link() == Link.UP
                        ? "free the port, or set another one"
                        : "ip link set " + status.name() + " up");
    }

    private static Finding aead(Host host, String area, String aead) {
        boolean first = host.architecture().equals("aarch64") && aead.equals("openssl");
        return aead.startsWith("vector-") || first
                ? Finding.ok(area, "AEAD", aead)
                : Finding.warn(
                        area,
                        "AEAD",
                        aead + " serves",
                        "more CPU for each byte than the vector kernels take",
                        "the kernels serve some seconds after the start; later see culvert doctor");
    }

    private static Finding off(String area, Feature feature) {
        return Finding.warn(
                area, feature.name(), "off: " + feature.reason(), "see culvert doctor", "see culvert doctor");
    }

    private static List<Finding> link(Host host, String area, InterfaceStatus status) {
        List<Finding> findings = new ArrayList<>();
        String files = "/sys/class/net/" + status.name() + "/";
        Optional<Integer> mtu = host.read(files + "mtu").map(Integer::parseInt);
        Optional<Long> queue = host.read(files + "tx_queue_len").map(Long::parseLong);
        queue.ifPresent(length -> findings.add(
                length >= QUEUE
                        ? Finding.ok(area, "txqueuelen", length.toString())
                        : Finding.warn(
                                area,
                                "txqueuelen",
                                length.toString(),
                                "bursts of local senders are dropped",
                                "ip link set " + status.name() + " txqueuelen " + QUEUE)));
        if (mtu.isEmpty()) {
            findings.add(Finding.unknown(area, "MTU", files + "mtu cannot be read", ""));
            return findings;
        }
        for (String endpoint : endpoints(status)) {
            findings.add(path(host, area, status.name(), mtu.get(), endpoint));
        }
        return findings;
    }

    private static Set<String> endpoints(InterfaceStatus status) {
        Set<String> endpoints = new LinkedHashSet<>();
        for (PeerStatus peer : status.peers()) {
            if (!peer.endpoint().isEmpty() && endpoints.size() < ENDPOINTS) {
                endpoints.add(peer.endpoint());
            }
        }
        return endpoints;
    }

    private static Finding path(Host host, String area, String name, int mtu, String endpoint) {
        String title = "path to " + endpoint;
        boolean ipv6 = endpoint.startsWith("[");
        int colon = endpoint.lastIndexOf(':');
        String address = ipv6 ? endpoint.substring(1, colon - 1) : endpoint.substring(0, colon);
        try {
            Host.Route route =
                    host.route(new InetSocketAddress(address, Integer.parseInt(endpoint.substring(colon + 1))));
            int room = route.mtu() - (ipv6 ? OVERHEAD_IPV6 : OVERHEAD_IPV4);
            String found = "MTU " + mtu + ", the route's through " + route.link() + " " + route.mtu();
            if (mtu <= room) {
                return Finding.ok(area, title, found);
            }
            return Finding.warn(
                    area,
                    title,
                    found,
                    "full packets leave in fragments, which some networks drop",
                    "ip link set " + name + " mtu " + room);
        } catch (IOException e) {
            return Finding.warn(
                    area,
                    title,
                    "no route: " + e.getMessage(),
                    "the peer cannot be reached",
                    "ip route get " + address);
        }
    }
}
