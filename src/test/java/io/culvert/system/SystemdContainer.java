// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * systemd as process 1 of a {@link DebianRoot}, with a control group and namespaces of its own, but for the network's.
 * The root stays as it was: what is written goes to memory. Closing it kills everything that runs in it.
 */
final class SystemdContainer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Namespace namespace;
    private final Path cgroup;
    private ProcessHandle init;

    private SystemdContainer(Namespace namespace, Path cgroup) {
        this.namespace = namespace;
        this.cgroup = cgroup;
    }

    /** Boots the root in a namespace; the test is skipped where there is no control group of version 2. */
    static SystemdContainer boot(Namespace namespace, DebianRoot root) {
        SystemdContainer container = new SystemdContainer(namespace, makeCgroup(namespace.name()));
        try {
            container.boot(root);
            return container;
        } catch (RuntimeException | Error e) {
            container.close();
            throw e;
        }
    }

    private void boot(DebianRoot root) {
        // "ip netns exec" would hide the control groups.
        ProcessBuilder builder = new ProcessBuilder(
                        "nsenter",
                        "--net=/run/netns/" + namespace.name(),
                        Repository.root().resolve("src/test/systemd/boot.sh").toString(),
                        root.path("").toString(),
                        cgroup.toString())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(Daemon.logFile("systemd-" + namespace.name()));
        Unchecked.call(builder::start);
        assertThat(Eventually.holds(LIMIT, () -> findInit().isPresent()))
                .as("systemd is process 1")
                .isTrue();
        init = findInit().orElseThrow();
        // "degraded" if a unit failed that needs what a container has not.
        assertThat(Eventually.holds(
                        LIMIT,
                        () -> command("systemctl", "is-system-running")
                                .run()
                                .output()
                                .matches("(running|degraded)\\s*")))
                .as("systemd has booted")
                .isTrue();
    }

    private Optional<ProcessHandle> findInit() {
        return namespace.processes().stream().filter(SystemdContainer::isInit).findFirst();
    }

    private static Path makeCgroup(String name) {
        String mounts = Command.output("findmnt", "--noheadings", "--types", "cgroup2", "--output", "TARGET");
        Path directory = Path.of(mounts.lines().findFirst().orElse("/sys/fs/cgroup"), name);
        try {
            return Files.createDirectory(directory);
        } catch (IOException e) {
            return Assumptions.abort("missing: control groups of version 2: " + e);
        }
    }

    private static boolean isInit(ProcessHandle process) {
        try {
            String status = Files.readString(Path.of("/proc", "" + process.pid(), "status"));
            return status.contains("Name:\tsystemd\n") && status.lines().anyMatch(line -> line.matches("NSpid:.*\t1"));
        } catch (IOException e) {
            return false;
        }
    }

    /** A file of the container, by its name from the root. */
    Path path(String name) {
        return Path.of("/proc", "" + init.pid(), "root", name);
    }

    private Command command(String... words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--target", "" + init.pid(), "--all", "--root", "--wd"));
        all.addAll(List.of("env", "-i", "HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
        all.addAll(List.of(words));
        return Command.of(all.toArray(String[]::new)).limit(LIMIT);
    }

    /** Runs a program that must succeed in the container, and returns what it wrote. */
    String run(String... words) {
        return command(words).run().expectSuccess().allOutput().strip();
    }

    /** A property of a unit. */
    String property(String unit, String name) {
        return run("systemctl", "show", unit, "--property", name, "--value");
    }

    /** What the processes of a unit wrote into the journal since the boot. */
    String journal(String unit) {
        return run("journalctl", "--boot", "--no-pager", "--output", "cat", "--unit", unit);
    }

    @Override
    public void close() {
        namespace.processes().forEach(ProcessHandle::destroyForcibly);
        // Processes that have ended leave it a moment later, the deepest groups first.
        assertThat(Eventually.holds(LIMIT, () -> {
                    Command.of("find", cgroup.toString(), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";")
                            .run();
                    return Files.notExists(cgroup);
                }))
                .isTrue();
    }
}
