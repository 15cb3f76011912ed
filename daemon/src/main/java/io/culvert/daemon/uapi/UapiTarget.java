// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import java.io.IOException;

/** The device that UAPI requests read and configure. Any thread. */
public interface UapiTarget {
    /** Returns the device's configuration and state; the caller closes it. */
    DeviceSnapshot snapshot();

    /** The device's metrics in Prometheus' text format, collected now; without secrets, and without empty lines. */
    String status();

    /** The memory that requests take while they are read. */
    MemoryBudget memory();

    /**
     * Configures the device. The caller keeps ownership of {@code update} and closes it.
     *
     * @throws io.culvert.engine.device.InsufficientMemoryException if it does not fit the memory
     * @throws java.net.BindException if the port is in use
     * @throws IOException if a system call fails
     * @throws IllegalArgumentException if the update is invalid
     */
    void apply(DeviceUpdate update) throws IOException;
}
