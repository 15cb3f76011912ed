// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.engine.linux.Offload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kernel, privileges, memory and clock. */
final class SystemChecks {
    private static final String SYSTEM = "system";
    private static final String PRIVILEGES = "privileges";
    private static final String OLDEST = "6.1";
    /** Below it the daemon does not carry a tunnel; below the other it does without the AEAD kernels and a warm-up. */
    private static final long LEAST_MEBIBYTES = 192;

    private static final long USUAL_MEBIBYTES = 448;
    /** What io_uring locked before Linux 5.12, and secrets. */
    private static final long LOCKED_BYTES = 8L << 20;

    private SystemChecks() {}

    static List<Finding> of(Host host) {
        List<Finding> findings = new ArrayList<>(List.of(kernel(host), architecture(host)));
        for (Offload offload : Offload.values()) {
            offload.knownBug(host.kernel())
                    .ifPresent(bug -> findings.add(Finding.warn(
                            SYSTEM,
                            "kernel bug",
                            bug,
                            offload.word() + " is off by itself",
                            "update the kernel; CULVERT_OFFLOADS=+" + offload.word() + " uses it all the same")));
        }
        findings.add(memory(host));
        findings.add(hugePages(host));
        findings.add(clock(host));
        findings.add(netAdmin(host));
        findings.add(optional(
                host,
                Capability.SYS_ADMIN,
                "no self-traffic warm-up before traffic comes: the first seconds are slower",
                "add CAP_SYS_ADMIN to the service or the container"));
        findings.add(optional(
                host,
                Capability.NET_BIND_SERVICE,
                "no UDP port below 1024",
                "add CAP_NET_BIND_SERVICE if you need one"));
        findings.add(lockedMemory(host));
        return findings;
    }

    private static Finding kernel(Host host) {
        String release = host.kernel();
        String[] parts = release.split("[^0-9]", -1);
        int major = parts[0].isEmpty() ? 0 : Integer.parseInt(parts[0]);
        int minor = parts.length < 2 || parts[1].isEmpty() ? 0 : Integer.parseInt(parts[1]);
        if (major > 6 || major == 6 && minor >= 1) {
            return Finding.ok(SYSTEM, "kernel", "Linux " + release);
        }
        return Finding.fail(
                SYSTEM,
                "kernel",
                "Linux " + release + " is older than " + OLDEST,
                "Culvert is not tested there and may not start",
                "update the kernel");
    }

    private static Finding architecture(Host host) {
        return switch (host.architecture()) {
            case "amd64" -> Finding.ok(SYSTEM, "architecture", "x86-64");
            case "aarch64" ->
                Finding.warn(
                        SYSTEM,
                        "architecture",
                        "arm64",
                        "tested there on an emulated processor only",
                        "try it before you rely on it");
            default ->
                Finding.fail(
                        SYSTEM,
                        "architecture",
                        host.architecture(),
                        "Culvert runs on x86-64 and arm64 only",
                        "use another machine, or wireguard-go");
        };
    }

    private static Finding memory(Host host) {
        long mebibytes = host.memoryMebibytes();
        String found = mebibytes + " MiB for the process, by machine and cgroup";
        if (mebibytes < LEAST_MEBIBYTES) {
            return Finding.fail(
                    SYSTEM,
                    "memory",
                    found,
                    "the daemon may be killed under traffic",
                    "give it " + LEAST_MEBIBYTES + " MiB at least (MemoryMax= of the unit, the container's limit)");
        }
        if (mebibytes < USUAL_MEBIBYTES) {
            return Finding.warn(
                    SYSTEM,
                    "memory",
                    found,
                    "OpenSSL serves in place of the AEAD kernels, and there is no warm-up",
                    "give it " + USUAL_MEBIBYTES + " MiB");
        }
        return Finding.ok(SYSTEM, "memory", found);
    }

    private static Finding hugePages(Host host) {
        Optional<String> modes = host.read("/sys/kernel/mm/transparent_hugepage/enabled");
        if (modes.isPresent() && !modes.get().contains("[never]")) {
            return Finding.ok(SYSTEM, "huge pages", modes.get());
        }
        return Finding.warn(
                SYSTEM,
                "huge pages",
                modes.orElse("the kernel has no transparent huge pages"),
                "an idle ping takes an eighth longer",
                "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
    }

    private static Finding clock(Host host) {
        Optional<Boolean> synchronised = host.isClockSynchronized();
        if (synchronised.isEmpty()) {
            return Finding.unknown(SYSTEM, "clock", "the kernel does not say whether its clock is synchronized", "");
        }
        if (synchronised.get()) {
            return Finding.ok(SYSTEM, "clock", "synchronized");
        }
        return Finding.warn(
                SYSTEM,
                "clock",
                "not synchronized, as the kernel sees it (a container's host may do so all the same)",
                "if it is set back, peers refuse handshakes until it has caught up",
                "run systemd-timesyncd, chrony or another NTP client");
    }

    private static Finding netAdmin(Host host) {
        String name = "CAP_NET_ADMIN";
        if (Capability.NET_ADMIN.isHeld(host)) {
            return Finding.ok(PRIVILEGES, name, "in effect");
        }
        return host.isRoot()
                ? Finding.fail(
                        PRIVILEGES,
                        name,
                        "root without it, as in a container",
                        "no interface can be made",
                        "add the capability to the container or the unit")
                : Finding.unknown(
                        PRIVILEGES, name, "this user has no capabilities, as the daemon needs them", "run as root");
    }

    private static Finding optional(Host host, Capability capability, String cost, String remedy) {
        String name = "CAP_" + capability.name();
        if (capability.isHeld(host)) {
            return Finding.ok(PRIVILEGES, name, "in effect");
        }
        return host.isRoot()
                ? Finding.warn(PRIVILEGES, name, "not in effect", cost, remedy)
                : Finding.unknown(PRIVILEGES, name, "this user has no capabilities", "run as root");
    }

    private static Finding lockedMemory(Host host) {
        String prefix = "Max locked memory";
        Optional<String> limit = Arrays.stream(
                        host.read("/proc/self/limits").orElse("").split("\n"))
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()).strip().split("\\s+")[0])
                .findFirst();
        if (limit.isEmpty()) {
            return Finding.unknown(PRIVILEGES, "locked memory", "/proc/self/limits cannot be read", "");
        }
        String text = limit.get();
        if (text.equals("unlimited") || Long.parseLong(text) >= LOCKED_BYTES) {
            return Finding.ok(PRIVILEGES, "locked memory", text.equals("unlimited") ? text : text + " bytes");
        }
        return Finding.warn(
                PRIVILEGES,
                "locked memory",
                text + " bytes",
                "secrets may be swapped out, and io_uring may be refused",
                "ulimit -l unlimited, or LimitMEMLOCK=infinity in the unit");
    }
}
