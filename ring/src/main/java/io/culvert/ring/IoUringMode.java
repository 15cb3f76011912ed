package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_SETUP_COOP_TASKRUN;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_DEFER_TASKRUN;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_SINGLE_ISSUER;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_SUBMIT_ALL;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_TASKRUN_FLAG;

/** How a ring works, from the best to what every kernel has. The flags are tried in this order. */
enum IoUringMode {
    /** Linux 6.1: the kernel works for the ring only when its thread enters. */
    DEFER(IORING_SETUP_SINGLE_ISSUER
            | IORING_SETUP_DEFER_TASKRUN
            | IORING_SETUP_TASKRUN_FLAG
            | IORING_SETUP_SUBMIT_ALL),
    /** Linux 5.19: the kernel works for the ring at any system call of its thread, but does not interrupt it. */
    COOP(IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL),
    /** The kernel interrupts the ring's thread to work for it. */
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
