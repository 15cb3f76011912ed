// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.engine.linux.Offload;
import io.culvert.engine.linux.OffloadState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the data path asks of the kernel: io_uring, the TUN, and offloads, by real probes. */
final class TunnelChecks {
    private static final String DEVICE = "/dev/net/tun";
    private static final String IO = "I/O";
    private static final String OFFLOADS = "offloads";
    private static final String AS_ROOT = "run as root";

    private static final Map<Offload, String> COSTS = new EnumMap<>(Map.of(
            Offload.TUN_TSO, "TCP of local sockets costs several times the CPU",
            Offload.TUN_USO, "UDP of local sockets (QUIC) costs more CPU",
            Offload.TUN_TUNNEL_TSO, "TCP inside VXLAN or Geneve costs more CPU",
            Offload.TUN_SEGMENT_LIMIT, "a super-packet may leave as two sends",
            Offload.TUN_TCP_GRO, "received TCP costs several times the CPU",
            Offload.TUN_UDP_GRO, "received UDP (QUIC) costs more CPU",
            Offload.TUN_VXLAN_GRO, "received VXLAN and Geneve cost more CPU",
            Offload.UDP_GSO, "each datagram is a send of its own: several times the CPU",
            Offload.UDP_GRO, "each datagram is received alone: more CPU",
            Offload.WAKEUP_COALESCING, "many small packets cost more CPU"));

    private TunnelChecks() {}

    static List<Finding> of(Host host) {
        List<Finding> findings = new ArrayList<>(List.of(liburing(host), ioUring(host), device(host)));
        try {
            host.offloads().forEach(state -> findings.add(offload(state)));
        } catch (IOException e) {
            findings.add(withoutInterface(host, e.getMessage()));
            List<Optional<String>> udp = host.udpOffloadsUnavailable();
            findings.add(offload(new OffloadState(Offload.UDP_GSO, bugOr(host, Offload.UDP_GSO, udp.get(0)))));
            findings.add(offload(new OffloadState(Offload.UDP_GRO, bugOr(host, Offload.UDP_GRO, udp.get(1)))));
        }
        return findings;
    }

    private static Optional<String> bugOr(Host host, Offload offload, Optional<String> unavailable) {
        return offload.knownBug(host.kernel()).or(() -> unavailable);
    }

    private static Finding withoutInterface(Host host, String reason) {
        return host.isRoot()
                ? Finding.fail(IO, "test interface", reason, "no interface can be made", "see the lines above")
                : Finding.unknown(IO, "test interface", reason, AS_ROOT);
    }

    private static Finding liburing(Host host) {
        return host.liburingUnavailable()
                .map(reason -> Finding.warn(
                        IO, "liburing", reason, "plain system calls serve: a little slower", "install liburing2"))
                .orElseGet(() -> Finding.ok(IO, "liburing", "loaded"));
    }

    private static Finding ioUring(Host host) {
        String sysctl = host.read("/proc/sys/kernel/io_uring_disabled")
                .map(value -> "kernel.io_uring_disabled=" + value)
                .orElse("no sysctl kernel.io_uring_disabled");
        String filter = host.read("/proc/self/status").orElse("").contains("\nSeccomp:\t2") ? ", seccomp filter" : "";
        Optional<String> reason = host.ioUringUnavailable();
        if (reason.isEmpty()) {
            return Finding.ok(IO, "io_uring", "allowed (" + sysctl + filter + ")");
        }
        return Finding.warn(
                IO,
                "io_uring",
                reason.get() + " (" + sysctl + filter + ")",
                "plain system calls serve: a little slower",
                "sysctl kernel.io_uring_disabled=0, or allow io_uring in the container's seccomp profile");
    }

    private static Finding device(Host host) {
        if (!host.exists(DEVICE)) {
            return Finding.fail(
                    IO,
                    DEVICE,
                    "missing",
                    "no interface can be made",
                    "modprobe tun; in a container: --device /dev/net/tun");
        }
        if (host.isAccessible(DEVICE)) {
            String module = host.exists("/sys/module/tun") ? "the driver is there" : "the driver loads on first use";
            return Finding.ok(IO, DEVICE, module);
        }
        String found = "no permission to open it";
        return host.isRoot()
                ? Finding.fail(IO, DEVICE, found, "no interface can be made", "in a container: --device " + DEVICE)
                : Finding.unknown(IO, DEVICE, found + ", which the daemon needs", AS_ROOT);
    }

    private static Finding offload(OffloadState state) {
        Offload offload = state.offload();
        return state.unavailableReason()
                .map(reason ->
                        Finding.warn(OFFLOADS, offload.word(), "off: " + reason, COSTS.get(offload), remedy(offload)))
                .orElseGet(() -> Finding.ok(OFFLOADS, offload.word(), "on"));
    }

    private static String remedy(Offload offload) {
        return switch (offload) {
            case TUN_USO, TUN_UDP_GRO -> "Linux 6.2 or later has it";
            case TUN_TUNNEL_TSO -> "Linux 6.17 or later has it";
            case TUN_VXLAN_GRO -> "Linux 6.8.5 or later has it";
            case UDP_GSO -> "Linux 7.1.5 or later, or 6.x, has it";
            default -> "another kernel may have it";
        };
    }
}
