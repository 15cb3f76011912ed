// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The event by which async-profiler samples CPU time.
 *
 * @param name async-profiler's name of it
 * @param shortcoming what it does not show, and why; empty if it shows everything
 */
record CpuEvent(String name, String shortcoming) {
    private static final Path PARANOID = Path.of("/proc/sys/kernel/perf_event_paranoid");
    /** Up to this value, unprivileged users may sample user code and the kernel (perf_event_open(2)). */
    private static final int UNRESTRICTED = 1;

    /** The best event on this machine. */
    static CpuEvent here() {
        boolean root = "root".equals(System.getProperty("user.name")) && System.getenv("CULVERT_IN_NAMESPACES") == null;
        String paranoid;
        try {
            paranoid = Files.readString(PARANOID).strip();
        } catch (IOException e) {
            paranoid = "";
        }
        return of(root, paranoid);
    }

    /**
     * The best event for root or others with this {@code kernel.perf_event_paranoid}, which is empty without perf
     * events.
     */
    static CpuEvent of(boolean root, String paranoid) {
        if (paranoid.isEmpty()) {
            return ctimer("this kernel has no perf events");
        }
        return root || Integer.parseInt(paranoid) <= UNRESTRICTED
                ? new CpuEvent("cpu", "")
                : ctimer("kernel.perf_event_paranoid is " + paranoid);
    }

    /** CPU timers, which are always available. */
    static CpuEvent ctimer(String reason) {
        return new CpuEvent("ctimer", "without kernel frames, because " + reason);
    }
}
