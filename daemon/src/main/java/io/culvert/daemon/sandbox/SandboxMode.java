// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.sandbox;

import java.util.Locale;
import java.util.Optional;

/** How much of the sandbox is in force. */
public enum SandboxMode {
    /** All of it. */
    ON,
    /** The kernel logs system calls that are not on the list, and allows them. */
    LOG,
    /** Nothing: for profilers and debuggers. */
    OFF;

    /** The mode of a name in lower case; empty if there is none. */
    public static Optional<SandboxMode> parse(String name) {
        for (SandboxMode mode : values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(name)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
