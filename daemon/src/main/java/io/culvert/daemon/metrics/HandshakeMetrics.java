// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceStatistics;
import io.culvert.engine.device.HandshakeOutcome;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Locale;
import java.util.Set;

/** What became of handshakes and of their messages. */
final class HandshakeMetrics {
    /** Outcomes of messages that are failures too. */
    private static final Set<HandshakeOutcome> FAILURES = Set.of(
            HandshakeOutcome.MALFORMED,
            HandshakeOutcome.UNKNOWN_INDEX,
            HandshakeOutcome.WRONG_MAC,
            HandshakeOutcome.RATE_LIMITED,
            HandshakeOutcome.OVERLOAD);

    private final Device device;

    HandshakeMetrics(Device device) {
        this.device = device;
    }

    void addTo(MetricFamilies families) {
        DeviceStatistics statistics = device.statistics();
        families.counter(
                "culvert_handshake_socket_dropped_datagrams",
                "Handshake messages dropped because their socket's receive buffer was full.",
                Labels.EMPTY,
                statistics.handshakeLosses());
        statistics.handshakeOutcomes().forEach((outcome, count) -> {
            families.counter(
                    "culvert_handshake_messages",
                    "Handshake messages received, by what became of them.",
                    Labels.of("outcome", word(outcome)),
                    count);
            if (FAILURES.contains(outcome)) {
                failure(families, outcome, count);
            }
        });
        statistics.handshakeFailures().forEach((failure, count) -> failure(families, failure, count));
    }

    private void failure(MetricFamilies families, Enum<?> reason, long count) {
        families.counter(
                "culvert_handshake_failures",
                "Handshakes that gave no session and handshake messages that were refused, by reason.",
                Labels.of("reason", word(reason)),
                count);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
