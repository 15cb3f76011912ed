// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.engine.linux.OffloadState;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What {@link DeviceMetrics} reports of the platform layer. Any thread. */
public interface PlatformStatus {
    /** Why plain system calls are used instead of io_uring; empty if io_uring is used. */
    Optional<String> ioUringUnavailableReason();

    /** All offloads, and why those that are off are. */
    List<OffloadState> offloads();

    /**
     * The number of packets that the kernel dropped because the TUN's queues were full.
     *
     * @throws IOException if it cannot be read, such as after the interface was removed
     */
    long tunDrops() throws IOException;
}
