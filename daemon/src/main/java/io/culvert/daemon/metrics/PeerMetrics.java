// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.engine.device.Device;
import io.culvert.engine.device.Peer;
import io.prometheus.metrics.model.snapshots.Labels;
import java.net.InetSocketAddress;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The metrics of peers: Culvert's own, and those of two widespread exporters, under their names and with their labels,
 * so that their dashboards go on to work. With more peers than a limit there are none, to bound the number of series.
 */
final class PeerMetrics {
    private static final Pattern ZEROS = Pattern.compile("\\b0(:0)+\\b");

    private final Device device;
    private final String name;
    private final int limit;

    /**
     * Reports on the peers of a device.
     *
     * @param name of the interface
     * @param limit the greatest number of peers that are reported one by one
     */
    PeerMetrics(Device device, String name, int limit) {
        this.device = device;
        this.name = name;
        this.limit = limit;
    }

    void addTo(MetricFamilies families) {
        families.gauge("culvert_peers", "Peers configured.", Labels.EMPTY, device.peerCount());
        device.statistics()
                .publicKey()
                .ifPresent(key -> families.gauge(
                        "wireguard_device_info",
                        "Metadata about a device.",
                        Labels.of("device", name, "public_key", key.toBase64()),
                        1));
        if (device.peerCount() > limit) {
            return;
        }
        for (Peer peer : device.peers()) {
            Labels key = Labels.of("public_key", peer.publicKey().toBase64());
            String allowedIps = device.statistics().allowedIps(peer).stream()
                    .map(prefix -> shortened(prefix.toString()))
                    .collect(Collectors.joining(","));
            own(families, key, peer);
            peersByAllowedIps(families, key.add("allowed_ips", allowedIps.isEmpty() ? "(none)" : allowedIps), peer);
            peersByDevice(families, key.add("device", name), allowedIps, peer);
        }
    }

    private static void own(MetricFamilies families, Labels key, Peer peer) {
        families.counter(
                "culvert_peer_sent_bytes", "Bytes sent to a peer, including handshakes.", key, peer.sentBytes());
        families.counter(
                "culvert_peer_received_bytes",
                "Bytes received from a peer, including handshakes.",
                key,
                peer.receivedBytes());
        families.gauge(
                "culvert_peer_last_handshake_timestamp_seconds",
                "When the last handshake was completed, in Unix seconds; 0 before the first.",
                key,
                peer.handshakeSeconds());
    }

    /** As prometheus_wireguard_exporter names them. */
    private static void peersByAllowedIps(MetricFamilies families, Labels key, Peer peer) {
        families.counter("wireguard_sent_bytes", "Bytes sent to the peer.", key, peer.sentBytes());
        families.counter("wireguard_received_bytes", "Bytes received from the peer.", key, peer.receivedBytes());
        families.gauge(
                "wireguard_latest_handshake_seconds",
                "When the latest handshake was completed, in Unix seconds; 0 before the first.",
                key,
                peer.handshakeSeconds());
    }

    /** As wireguard_exporter names them. */
    private static void peersByDevice(MetricFamilies families, Labels key, String allowedIps, Peer peer) {
        families.counter("wireguard_peer_transmit_bytes", "Bytes transmitted to a given peer.", key, peer.sentBytes());
        families.counter(
                "wireguard_peer_receive_bytes", "Bytes received from a given peer.", key, peer.receivedBytes());
        families.gauge(
                "wireguard_peer_last_handshake_seconds",
                "When the last handshake with a given peer was completed, in Unix seconds; 0 before the first.",
                key,
                peer.handshakeSeconds());
        families.gauge(
                "wireguard_peer_info",
                "Metadata about a peer.",
                key.merge(Labels.of("allowed_ips", allowedIps, "endpoint", endpoint(peer))),
                1);
    }

    private static String endpoint(Peer peer) {
        InetSocketAddress endpoint = peer.endpoint().toSocketAddress();
        if (endpoint == null) {
            return "";
        }
        String host = shortened(endpoint.getAddress().getHostAddress());
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + endpoint.getPort();
    }

    /** An IPv6 address as RFC 5952 writes it, for which the JDK has no method; anything else as it is. */
    static String shortened(String address) {
        String longest = ZEROS.matcher(address)
                .results()
                .map(MatchResult::group)
                .reduce("", (a, b) -> b.length() > a.length() ? b : a);
        return longest.isEmpty() ? address : address.replaceFirst("(^|:)" + longest + "(:|(?=/)|$)", "::");
    }
}
