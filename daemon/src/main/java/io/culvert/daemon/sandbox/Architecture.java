// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.sandbox;

import io.culvert.natives.generated.linux_h;
import java.util.Optional;

/** The architectures whose system calls are known here; the numbers are those of the calls with checked arguments. */
enum Architecture {
    X86_64("amd64", linux_h.AUDIT_ARCH_X86_64, 56, 62, 308),
    AARCH64("aarch64", linux_h.AUDIT_ARCH_AARCH64, 220, 129, 268);

    // The same numbers on all architectures.
    static final int IO_URING_SETUP = 425;
    static final int CLONE3 = 435;

    /** Greater numbers are of calls that were not known when the list was made (Linux 6.18 ends at 470). */
    static final int LAST_KNOWN = 470;

    final int audit;
    final int clone;
    final int kill;
    final int setns;
    private final String javaName;

    Architecture(String javaName, int audit, int clone, int kill, int setns) {
        this.javaName = javaName;
        this.audit = audit;
        this.clone = clone;
        this.kill = kill;
        this.setns = setns;
    }

    /** This JVM's; empty if it is another. */
    static Optional<Architecture> current() {
        for (Architecture each : values()) {
            if (each.javaName.equals(System.getProperty("os.arch"))) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
