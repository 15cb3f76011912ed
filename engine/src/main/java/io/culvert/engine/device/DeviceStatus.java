// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.io.Shortfall;
import java.util.List;
import java.util.Optional;

/**
 * What a device wants of the system, and what it has, at one moment.
 *
 * @param linkUp whether the interface is up: then the device wants an open port
 * @param wantedPort the configured port, 0 for any free one
 * @param openPort the port that carries packets, 0 while there is none
 * @param fwmark the firewall mark of sent datagrams, 0 for none; an open port has it
 * @param failure why the wanted port is not open, which is tried again; empty if it is, or while the interface is down
 * @param shortfalls what the device does without, and tries to get
 */
public record DeviceStatus(
        boolean linkUp,
        int wantedPort,
        int openPort,
        int fwmark,
        Optional<String> failure,
        List<Shortfall> shortfalls) {

    /** Whether the device carries packets. */
    public boolean isReady() {
        return openPort != 0;
    }

    /** Why the device carries no packets; empty if it does. */
    public Optional<String> unreadyReason() {
        return isReady() ? Optional.empty() : Optional.of(failure.orElse("the interface is down"));
    }
}
