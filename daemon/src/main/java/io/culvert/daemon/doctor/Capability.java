// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import java.util.Arrays;

/** Capabilities that the daemon uses, by their bits in /proc/PID/status. */
enum Capability {
    NET_BIND_SERVICE(10),
    NET_ADMIN(12),
    SYS_ADMIN(21);

    private static final String EFFECTIVE = "CapEff:";
    private static final int HEX = 16;

    private final int bit;

    Capability(int bit) {
        this.bit = bit;
    }

    /** Whether the process has it in effect. */
    boolean isHeld(Host host) {
        return Arrays.stream(host.read("/proc/self/status").orElse("").split("\n"))
                .filter(line -> line.startsWith(EFFECTIVE))
                .map(line -> line.substring(EFFECTIVE.length()).strip())
                .anyMatch(set -> (Long.parseUnsignedLong(set, HEX) >>> bit & 1) != 0);
    }
}
