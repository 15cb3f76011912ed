// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_SETUP_COOP_TASKRUN;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_DEFER_TASKRUN;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_SINGLE_ISSUER;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_SUBMIT_ALL;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_TASKRUN_FLAG;

/** Set-up flags of a ring, best first; they are tried in this order. */
enum IoUringMode {
    /** Linux 6.1: completions are processed only when the ring's thread enters. */
    DEFER(IORING_SETUP_SINGLE_ISSUER
            | IORING_SETUP_DEFER_TASKRUN
            | IORING_SETUP_TASKRUN_FLAG
            | IORING_SETUP_SUBMIT_ALL),
    /** Linux 5.19: completions are processed at any system call of the ring's thread, which is not interrupted. */
    COOP(IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL),
    /** The kernel interrupts the ring's thread to process completions. */
    PLAIN(0);

    static final IoUringMode BEST = DEFER;

    private final int flags;

    IoUringMode(int flags) {
        this.flags = flags;
    }

    int flags() {
        return flags;
    }
}
