// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.io.Shortfall;
import io.culvert.engine.linux.OffloadState;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The metrics of a device. The workers' counters are read without stopping or waking the workers. Metrics contain no
 * secrets; a peer is identified by its public key.
 */
public final class DeviceMetrics implements InterfaceReport {
    /** With more peers than this, there are no metrics per peer, to bound the number of time series: the default. */
    public static final int MAX_PEERS = 100;

    private final String version;
    private final String name;
    private final Device device;
    private final PlatformStatus platform;
    private final StageTimes stages;
    private final List<Part> parts;

    /** Some of the metrics. */
    private interface Part {
        void addTo(MetricFamilies families);
    }

    /**
     * Reports on a device and its platform layer, under the interface's name.
     *
     * @param maxPeers with more peers than this there are no metrics per peer
     */
    public DeviceMetrics(String version, String name, Device device, PlatformStatus platform, int maxPeers) {
        this.name = name;
        this.version = version;
        this.device = device;
        this.platform = platform;
        stages = new StageTimes(device.workers());
        parts = List.of(
                this::configuration,
                this::ports,
                this::offloads,
                new WorkerMetrics(device)::addTo,
                stages::addTo,
                new HandshakeMetrics(device)::addTo,
                this::tun,
                new PeerMetrics(device, name, maxPeers)::addTo);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DeviceStatus status() {
        return device.status();
    }

    @Override
    public Map<String, Integer> stalls() {
        return device.statistics().stalls();
    }

    @Override
    public boolean sample() {
        return stages.sample();
    }

    @Override
    public MetricSnapshots metrics() {
        MetricFamilies families = new MetricFamilies();
        parts.forEach(part -> part.addTo(families));
        return families.build();
    }

    private void configuration(MetricFamilies families) {
        families.info("culvert", "Culvert's version and its interface.", Labels.of("version", version));
        families.gauge(
                "culvert_workers",
                "Threads that process packets.",
                Labels.EMPTY,
                device.workers().count());
        device.statistics()
                .stalls()
                .forEach((thread, seconds) -> families.gauge(
                        "culvert_thread_stalled_seconds",
                        "For how long a thread has not turned; 0 for one that turns or sleeps.",
                        Labels.of("thread", thread),
                        seconds));
    }

    private void ports(MetricFamilies families) {
        DeviceStatus status = device.status();
        families.gauge(
                "culvert_device_ready",
                "1 if the interface is up and its port is open; 0 if not, and the reason.",
                Labels.of("reason", status.unreadyReason().orElse("")),
                status.isReady() ? 1 : 0);
        String help = "The UDP port: wanted, 0 for any; and open, 0 for none.";
        families.gauge("culvert_listen_port", help, Labels.of("state", "wanted"), status.wantedPort());
        families.gauge("culvert_listen_port", help, Labels.of("state", "open"), status.openPort());
        for (Shortfall shortfall : status.shortfalls()) {
            families.gauge(
                    "culvert_shortfall",
                    "1 for each thing that is wanted and that the system refuses, and the reason.",
                    Labels.of("what", shortfall.what(), "reason", shortfall.reason()),
                    1);
        }
    }

    private void offloads(MetricFamilies families) {
        String ioUring = platform.ioUringUnavailableReason().orElse("");
        families.gauge(
                "culvert_io_uring_enabled",
                "1 if io_uring is used for I/O; 0 if plain system calls are, and the reason.",
                Labels.of("reason", ioUring),
                ioUring.isEmpty() ? 1 : 0);
        deprecated(families, "io_uring", ioUring);
        for (OffloadState state : platform.offloads()) {
            String reason = state.unavailableReason().orElse("");
            families.gauge(
                    "culvert_offload_enabled",
                    "1 for each offload that is on, 0 for one that is off, and the reason.",
                    Labels.of("offload", state.offload().word(), "reason", reason),
                    state.isOn() ? 1 : 0);
            deprecated(families, DeprecatedNames.oldTitle(state.offload()), reason);
        }
    }

    private void deprecated(MetricFamilies families, String title, String reason) {
        families.gauge(
                DeprecatedNames.OFFLOAD_METRIC,
                "Deprecated, use culvert_offload_enabled and culvert_io_uring_enabled.",
                Labels.of(DeprecatedNames.OFFLOAD_METRIC_TITLE, title, DeprecatedNames.OFFLOAD_METRIC_REASON, reason),
                reason.isEmpty() ? 1 : 0);
    }

    private void tun(MetricFamilies families) {
        try {
            families.counter(
                    "culvert_tun_dropped_packets",
                    "Packets dropped because the interface's queue was full.",
                    Labels.EMPTY,
                    platform.tunDrops());
        } catch (IOException e) {
            // The interface was removed or is being moved between namespaces: leave the metric out.
        }
    }
}
