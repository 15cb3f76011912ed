// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import io.culvert.daemon.status.InterfaceStatus.Feature;
import io.culvert.daemon.status.InterfaceStatus.Lack;
import io.culvert.daemon.status.InterfaceStatus.Link;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Interfaces as text for people. What came from outside may not hold control characters. */
final class StatusText {
    private static final String INDENT = "  ";

    private StatusText() {}

    static String of(List<InterfaceStatus> interfaces, long nowSeconds) {
        return interfaces.stream().map(one -> of(one, nowSeconds)).collect(Collectors.joining("\n"));
    }

    private static String of(InterfaceStatus status, long nowSeconds) {
        StringBuilder text = new StringBuilder(headline(status)).append('\n');
        if (status.problem().isPresent()) {
            return text.toString();
        }
        status.aead().ifPresent(aead -> line(text, "cipher " + aead + "; I/O by " + io(status)));
        offloads(status, text);
        for (Lack lack : status.lacks()) {
            line(text, "without " + lack.what() + ": " + lack.reason());
        }
        if (status.metrics().isPresent()) {
            line(text, "dropped packets: " + drops(status.drops()));
        }
        if (status.peers().isEmpty()) {
            line(text, "no peers");
            return text.toString();
        }
        Columns peers = new Columns();
        peers.row("peer", "endpoint", "handshake", "received", "sent", "state");
        for (PeerStatus peer : status.peers()) {
            peers.row(
                    peer.shortKey(),
                    peer.endpoint().isEmpty() ? "-" : peer.endpoint(),
                    Units.age(peer.handshakeSeconds(), nowSeconds),
                    Units.bytes(peer.received()),
                    Units.bytes(peer.sent()),
                    peer.state(nowSeconds));
        }
        peers.lines().forEach(row -> line(text, row));
        return text.toString();
    }

    /** Such as {@code wg0: up, ready, port 51820, 3 peers, culvert 0.1.0}. */
    private static String headline(InterfaceStatus status) {
        String link = status.link() == Link.ELSEWHERE
                ? "not in this network namespace"
                : status.link() == Link.UP ? "up" : "down";
        if (status.problem().isPresent()) {
            String before = status.link() == Link.ELSEWHERE ? "" : link + ", no answer: ";
            return clean(status.name() + ": " + before + status.problem().get());
        }
        String ready = status.unreadyReason()
                .map(reason -> "not ready (" + reason + ")")
                .orElse("ready");
        String port = "port " + (status.openPort() == 0 ? "closed" : status.openPort());
        if (status.wantedPort() != status.openPort() && status.wantedPort() != 0) {
            port += " (wanted: " + status.wantedPort() + ")";
        }
        int peers = status.peers().size();
        return clean(String.join(
                ", ",
                status.name() + ": " + link,
                ready,
                port,
                peers + (peers == 1 ? " peer" : " peers"),
                status.program()));
    }

    private static String io(InterfaceStatus status) {
        return status.ioUring()
                .map(ring -> ring.on() ? "io_uring" : "plain system calls (" + ring.reason() + ")")
                .orElse("unknown means");
    }

    private static void offloads(InterfaceStatus status, StringBuilder text) {
        List<Feature> all = status.offloads();
        if (!all.isEmpty()) {
            long on = all.stream().filter(Feature::on).count();
            line(text, "offloads: " + on + " of " + all.size() + " on");
            all.stream()
                    .filter(feature -> !feature.on())
                    .forEach(feature -> line(text, INDENT + feature.name() + " off: " + feature.reason()));
        }
    }

    private static String drops(Map<String, Long> drops) {
        return drops.isEmpty()
                ? "none"
                : drops.entrySet().stream()
                        .map(drop -> drop.getKey() + " " + drop.getValue())
                        .collect(Collectors.joining(", "));
    }

    private static void line(StringBuilder text, String line) {
        text.append(INDENT).append(clean(line)).append('\n');
    }

    /** Without control characters, which would act on the terminal. */
    static String clean(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
