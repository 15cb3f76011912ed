// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import io.culvert.daemon.status.MetricsText.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A running interface.
 *
 * @param name the interface
 * @param link its state in the system
 * @param wantedPort the configured port, 0 for any
 * @param fwmark the firewall mark of sent datagrams, 0 for none
 * @param peers all of them
 * @param metrics what Culvert says further; empty if another program carries the interface
 * @param problem why nothing is known of it; empty otherwise
 */
public record InterfaceStatus(
        String name,
        Link link,
        int wantedPort,
        long fwmark,
        List<PeerStatus> peers,
        Optional<MetricsText> metrics,
        Optional<String> problem) {
    /** A state of the link. */
    public enum Link {
        /** It may carry packets. */
        UP,
        /** It was not set up. */
        DOWN,
        /** It is not in this network namespace, so that its state cannot be seen. */
        ELSEWHERE
    }

    /** An offload or I/O by io_uring; {@code reason} is why it is off, empty if it is on. */
    public record Feature(String name, boolean on, String reason) {}

    /** What the device does without. */
    public record Lack(String what, String reason) {}

    /** An interface whose program does not answer. */
    static InterfaceStatus silent(String name, Link link, String problem) {
        return new InterfaceStatus(name, link, 0, 0, List.of(), Optional.empty(), Optional.of(problem));
    }

    /**
     * Reads the answer to {@code get=1}.
     *
     * @throws IllegalArgumentException if it is not of that protocol
     */
    static InterfaceStatus of(String name, Link link, List<String> configuration, Optional<MetricsText> metrics) {
        List<PeerStatus> peers = new ArrayList<>();
        PeerStatus.Builder peer = null;
        int port = 0;
        long fwmark = 0;
        for (String line : configuration) {
            int equals = line.indexOf('=');
            String key = line.substring(0, Math.max(equals, 0));
            String value = line.substring(equals + 1);
            switch (key) {
                case "listen_port" -> port = Integer.parseInt(value);
                case "fwmark" -> fwmark = Long.parseLong(value);
                case "public_key" -> {
                    if (peer != null) {
                        peers.add(peer.build());
                    }
                    peer = new PeerStatus.Builder(value);
                }
                default -> {
                    if (peer != null) {
                        peer.accept(key, value);
                    }
                }
            }
        }
        if (peer != null) {
            peers.add(peer.build());
        }
        return new InterfaceStatus(name, link, port, fwmark, List.copyOf(peers), metrics, Optional.empty());
    }

    /** The program that carries it, as far as it says so. */
    public String program() {
        return metrics.flatMap(text -> text.first("culvert_info"))
                .map(info -> "culvert " + info.label("version"))
                .orElse(problem.isPresent() ? "unknown" : "another program");
    }

    /** Why it carries no packets, as far as that is known; empty if it does. */
    public Optional<String> unreadyReason() {
        if (problem.isPresent()) {
            return problem;
        }
        Optional<Sample> ready = metrics.flatMap(text -> text.first("culvert_device_ready"));
        if (ready.isPresent()) {
            return ready.filter(sample -> sample.value() == 0).map(sample -> sample.label("reason"));
        }
        return link == Link.DOWN ? Optional.of("the interface is down") : Optional.empty();
    }

    /** The port that carries packets, 0 for none; of other programs the configured one. */
    public int openPort() {
        return metrics.flatMap(text -> text.all("culvert_listen_port")
                        .filter(sample -> sample.label("state").equals("open"))
                        .findFirst())
                .map(sample -> (int) sample.value())
                .orElse(wantedPort);
    }

    /** The implementation of the cipher that serves, empty if unknown. */
    public Optional<String> aead() {
        return metrics.flatMap(text -> text.all("culvert_aead_serving")
                .filter(sample -> sample.value() == 1)
                .map(sample -> sample.label("implementation"))
                .findFirst());
    }

    /** Whether io_uring is used; empty if unknown. */
    public Optional<Feature> ioUring() {
        return metrics.flatMap(text -> text.first("culvert_io_uring_enabled"))
                .map(sample -> new Feature("io_uring", sample.value() == 1, sample.label("reason")));
    }

    /** All offloads, none if unknown. */
    public List<Feature> offloads() {
        return metrics.stream()
                .flatMap(text -> text.all("culvert_offload_enabled"))
                .map(sample -> new Feature(sample.label("offload"), sample.value() == 1, sample.label("reason")))
                .toList();
    }

    /** What is wanted and the system refuses. */
    public List<Lack> lacks() {
        return metrics.stream()
                .flatMap(text -> text.all("culvert_shortfall"))
                .map(sample -> new Lack(sample.label("what"), sample.label("reason")))
                .toList();
    }

    /** Packets dropped so far, by cause, with those that the kernel dropped; causes without drops are left out. */
    public Map<String, Long> drops() {
        Map<String, Long> drops = new TreeMap<>();
        metrics.ifPresent(text -> {
            text.by("culvert_dropped_packets_total", "cause")
                    .forEach((cause, count) -> drops.put(cause, count.longValue()));
            put(drops, "kernel_interface_queue", text, "culvert_tun_dropped_packets_total");
            put(drops, "kernel_socket_buffer", text, "culvert_socket_dropped_datagrams_total");
            put(drops, "kernel_handshake_buffer", text, "culvert_handshake_socket_dropped_datagrams_total");
        });
        drops.values().removeIf(Predicate.isEqual(0L));
        return drops;
    }

    private static void put(Map<String, Long> drops, String cause, MetricsText text, String metric) {
        text.sum(metric).ifPresent(count -> drops.put(cause, (long) count));
    }
}
