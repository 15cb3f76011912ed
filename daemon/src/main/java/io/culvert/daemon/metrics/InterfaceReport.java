// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.engine.device.DeviceStatus;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;

/** What a process reports of one of its interfaces. Any thread. */
public interface InterfaceReport {
    /** The interface's name. */
    String name();

    /** Its series, to which {@link ProcessReport} adds the label {@code interface}. */
    MetricSnapshots metrics();

    /** Looks at what its workers do; returns whether any has used its CPU since the last time. One thread at a time. */
    default boolean sample() {
        return false;
    }

    /** What it wants of the system, and what it has. */
    DeviceStatus status();

    /** By thread, the seconds for which it has not turned; 0 for one that turns or sleeps. */
    Map<String, Integer> stalls();
}
