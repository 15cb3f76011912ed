package io.culvert.bench.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How CPU time can be sampled here.
 *
 * @param name as async-profiler calls it
 * @param shortcoming what it does not show and why; empty where it shows all
 */
record CpuEvent(String name, String shortcoming) {
    private static final Path PARANOID = Path.of("/proc/sys/kernel/perf_event_paranoid");
    /** Up to here the kernel lets everybody sample user code and the kernel. */
    private static final int LENIENT = 1;

    /** What is best here. */
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

    /** What is best for root or for others, with this {@code kernel.perf_event_paranoid}, empty where there are no perf events. */
    static CpuEvent of(boolean root, String paranoid) {
        if (paranoid.isEmpty()) {
            return ctimer("this kernel has no perf events");
        }
        return root || Integer.parseInt(paranoid) <= LENIENT
                ? new CpuEvent("cpu", "")
                : ctimer("kernel.perf_event_paranoid is " + paranoid);
    }

    /** CPU timers, which always serve. */
    static CpuEvent ctimer(String reason) {
        return new CpuEvent("ctimer", "without the kernel's frames, as " + reason);
    }
}
