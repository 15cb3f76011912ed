// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.sandbox;

import static io.culvert.natives.generated.linux_h.CAP_NET_ADMIN;
import static io.culvert.natives.generated.linux_h.CAP_NET_BIND_SERVICE;
import static io.culvert.natives.generated.linux_h.CAP_SYS_ADMIN;
import static io.culvert.natives.generated.linux_h.SECCOMP_RET_LOG;

import io.culvert.natives.linux.Capabilities;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.Set;

/**
 * What the process gives up for good, so that a fault in it is worth less to an attacker.
 *
 * <ul>
 *   <li>Core dumps, and the reading of its memory by unprivileged processes: {@link #protectMemory}.
 *   <li>Capabilities: only CAP_NET_ADMIN stays in effect. CAP_NET_BIND_SERVICE and CAP_SYS_ADMIN can be raised by a
 *       thread for one call: to bind a port below 1024, and to enter the network namespace of a moved interface.
 *   <li>New privileges by execve(2), and all system calls but those of {@link SystemCallFilter}.
 * </ul>
 *
 * <p>What the kernel does not support is logged, and the daemon goes on without it.
 */
public final class Sandbox {
    private static final Logger LOG = System.getLogger(Sandbox.class.getName());
    private static final Set<Integer> PERMITTED = Set.of(CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_SYS_ADMIN);
    private static final Set<Integer> EFFECTIVE = Set.of(CAP_NET_ADMIN);

    private Sandbox() {}

    /** Switches core dumps off, before the process has any secrets. */
    public static void protectMemory(SandboxMode mode) {
        if (mode == SandboxMode.OFF) {
            return;
        }
        try {
            Linux.disableCoreDumps();
        } catch (ErrnoException e) {
            LOG.log(Level.WARNING, "cannot switch core dumps off: {0}", e.getMessage());
        }
    }

    /**
     * Drops capabilities and filters the system calls of all threads, those of the JVM included. Rings of io_uring may
     * be set up until {@link #forbidRings}. Call once, when all interfaces and sockets of the start exist.
     */
    public static void enter(SandboxMode mode) {
        if (mode == SandboxMode.OFF) {
            LOG.log(Level.INFO, "sandbox: off");
            return;
        }
        try {
            Capabilities.limit(PERMITTED, EFFECTIVE);
        } catch (ErrnoException e) {
            LOG.log(Level.WARNING, "sandbox: capabilities are not dropped: {0}", e.getMessage());
        }
        Optional<Architecture> architecture = Architecture.current();
        if (architecture.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "sandbox: no system call filter for architecture {0}",
                    System.getProperty("os.arch"));
            return;
        }
        try {
            filter(architecture.get(), mode);
            LOG.log(Level.INFO, "sandbox: {0}", mode == SandboxMode.ON ? "on" : "on, system calls are only logged");
        } catch (ErrnoException e) {
            LOG.log(Level.WARNING, "sandbox: system calls are not filtered: {0}", e.getMessage());
        }
    }

    private static void filter(Architecture architecture, SandboxMode mode) throws ErrnoException {
        Linux.noNewPrivileges();
        long pid = ProcessHandle.current().pid();
        if (mode == SandboxMode.ON) {
            Linux.filterSystemCalls(SystemCallFilter.withoutClone3(architecture), false);
        }
        Linux.filterSystemCalls(SystemCallFilter.allowList(architecture, pid, refusal(mode)), true);
    }

    /** Lets no more rings of io_uring be set up: there will be no other interface. Call behind {@link #enter}, once. */
    public static void forbidRings(SandboxMode mode) {
        Optional<Architecture> architecture = Architecture.current();
        if (mode == SandboxMode.OFF || architecture.isEmpty()) {
            return;
        }
        try {
            Linux.filterSystemCalls(SystemCallFilter.withoutRings(architecture.get(), refusal(mode)), true);
        } catch (ErrnoException e) {
            LOG.log(Level.WARNING, "sandbox: rings of io_uring may still be made: {0}", e.getMessage());
        }
    }

    /** What becomes of a known system call that is not allowed. */
    private static int refusal(SandboxMode mode) {
        return mode == SandboxMode.ON ? SystemCallFilter.deny() : SECCOMP_RET_LOG;
    }
}
