// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_FEAT_EXT_ARG;
import static io.culvert.natives.generated.liburing_h.IORING_FEAT_NODROP;
import static io.culvert.natives.generated.liburing_h.IORING_OP_SEND_ZC;
import static io.culvert.natives.generated.linux_h.ENOMEM;
import static io.culvert.natives.generated.linux_h.ENOSYS;
import static io.culvert.natives.generated.linux_h.EPERM;

import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.LibUring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Probes with a real ring whether io_uring can be used. */
final class IoUringSupport {
    private static final String SYSCTL = "/proc/sys/kernel/io_uring_disabled";

    /** Why it cannot be used, if so. */
    static final Optional<String> UNAVAILABLE_REASON = probe();

    private IoUringSupport() {}

    private static Optional<String> probe() {
        if (!LibUring.isAvailable()) {
            return LibUring.unavailableReason();
        }
        IoUringSetup setup;
        try {
            setup = new IoUringSetup(8, 16, IoUringMode.BEST);
        } catch (ErrnoException e) {
            return Optional.of(explain(e));
        }
        try {
            // Linux 6.0 cannot be probed by a feature flag, but by SEND_ZC, an operation that is new in it.
            boolean recent =
                    setup.hasFeatures(IORING_FEAT_EXT_ARG | IORING_FEAT_NODROP) && setup.supports(IORING_OP_SEND_ZC);
            return recent ? Optional.empty() : Optional.of("the kernel's io_uring is older than Linux 6.0");
        } finally {
            setup.close();
        }
    }

    static String explain(ErrnoException e) {
        return switch (e.errno()) {
            case ENOSYS -> "the kernel has no io_uring, or a seccomp filter hides it";
            case EPERM -> "io_uring is forbidden: " + forbidden();
            case ENOMEM -> "io_uring: the memory-lock limit (ulimit -l) is too low";
            default -> e.getMessage();
        };
    }

    /** Containers forbid it by seccomp, administrators by sysctl (Linux 6.6: 1 for unprivileged users, 2 for all). */
    private static String forbidden() {
        String filter = "a seccomp filter, such as a container's, refuses it";
        try {
            String value = Files.readString(Path.of(SYSCTL)).strip();
            return value.equals("0") ? filter : "the sysctl kernel.io_uring_disabled is " + value;
        } catch (IOException e) {
            // Kernels before 6.6 do not have the sysctl.
            return filter;
        }
    }
}
