// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.top;

import io.culvert.daemon.status.InterfaceStatus;
import io.culvert.daemon.status.MetricsText;
import io.culvert.daemon.status.PeerStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What an interface carried between two looks at it, per second.
 *
 * @param status the later look
 * @param received bits of all peers, with handshakes and headers
 * @param sent likewise
 * @param receivedPackets data messages; empty where the program does not count them
 * @param sentPackets likewise
 * @param drops packets by cause, without causes that dropped none
 * @param workers CPUs that each worker took, by its number
 * @param peers the busiest first
 */
record Rates(
        InterfaceStatus status,
        double received,
        double sent,
        OptionalDouble receivedPackets,
        OptionalDouble sentPackets,
        Map<String, Double> drops,
        Map<String, Double> workers,
        List<Peer> peers) {
    private static final int BITS = 8;

    /** What a peer sent and got, in bits per second. */
    record Peer(PeerStatus status, double received, double sent) {}

    /** Between two looks; a counter that was set back, as by a restart, counts from 0. */
    static Rates between(InterfaceStatus before, InterfaceStatus now, double seconds) {
        Map<String, PeerStatus> former = new HashMap<>();
        before.peers().forEach(peer -> former.put(peer.publicKey(), peer));
        List<Peer> peers = new ArrayList<>();
        for (PeerStatus peer : now.peers()) {
            PeerStatus then = former.get(peer.publicKey());
            peers.add(new Peer(
                    peer,
                    rate(then == null ? 0 : then.received(), peer.received(), seconds) * BITS,
                    rate(then == null ? 0 : then.sent(), peer.sent(), seconds) * BITS));
        }
        peers.sort(Comparator.comparingDouble((Peer peer) -> peer.received + peer.sent)
                .reversed());
        Map<String, Double> drops = new TreeMap<>();
        now.drops().forEach((cause, count) -> {
            double rate = rate(before.drops().getOrDefault(cause, 0L), count, seconds);
            if (rate > 0) {
                drops.put(cause, rate);
            }
        });
        return new Rates(
                now,
                peers.stream().mapToDouble(Peer::received).sum(),
                peers.stream().mapToDouble(Peer::sent).sum(),
                packets(before, now, "culvert_received_packets_total", seconds),
                packets(before, now, "culvert_sent_packets_total", seconds),
                drops,
                workers(before, now, seconds),
                List.copyOf(peers));
    }

    private static double rate(double before, double now, double seconds) {
        return (now < before ? now : now - before) / seconds;
    }

    private static OptionalDouble packets(InterfaceStatus before, InterfaceStatus now, String metric, double seconds) {
        OptionalDouble then = before.metrics().map(text -> text.sum(metric)).orElse(OptionalDouble.empty());
        OptionalDouble count = now.metrics().map(text -> text.sum(metric)).orElse(OptionalDouble.empty());
        return count.isEmpty() ? count : OptionalDouble.of(rate(then.orElse(0), count.getAsDouble(), seconds));
    }

    private static Map<String, Double> workers(InterfaceStatus before, InterfaceStatus now, double seconds) {
        Map<String, Double> then = cpu(before);
        // By number: 10 comes after 9.
        Map<String, Double> workers =
                new TreeMap<>(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
        cpu(now).forEach((worker, time) -> workers.put(worker, rate(then.getOrDefault(worker, 0.0), time, seconds)));
        return workers;
    }

    private static Map<String, Double> cpu(InterfaceStatus status) {
        return status.metrics()
                .map((MetricsText text) -> text.by("culvert_worker_cpu_seconds_total", "worker"))
                .orElse(Map.of());
    }
}
