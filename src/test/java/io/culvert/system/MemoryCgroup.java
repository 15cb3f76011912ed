// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A control group with a limit of memory, of either version (cgroups(7)). Closing removes it. */
final class MemoryCgroup implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Path directory;
    private final boolean first;

    private MemoryCgroup(Path directory, boolean first) {
        this.directory = directory;
        this.first = first;
    }

    /** Makes one; the test is skipped where that is not possible. */
    static MemoryCgroup create(int mebibytes) {
        boolean first = Files.isDirectory(ROOT.resolve("memory"));
        Path directory = (first ? ROOT.resolve("memory") : ROOT)
                .resolve("culvert-test-" + ProcessHandle.current().pid());
        MemoryCgroup cgroup = new MemoryCgroup(directory, first);
        try {
            Files.createDirectories(directory);
            Files.writeString(
                    directory.resolve(first ? "memory.limit_in_bytes" : "memory.max"), "" + ((long) mebibytes << 20));
        } catch (IOException e) {
            cgroup.close();
            Assumptions.abort("no control group with a limit of memory can be made: " + e);
        }
        return cgroup;
    }

    /** The file to which a process writes its number to join, also one that "ip netns exec" gave another /sys. */
    Path joinFile() {
        Path root = Path.of("/proc", "" + ProcessHandle.current().pid(), "root");
        return root.resolve(Path.of("/").relativize(directory.resolve("cgroup.procs")));
    }

    List<Long> processes() {
        return Repository.text(directory.resolve("cgroup.procs"))
                .lines()
                .map(Long::valueOf)
                .toList();
    }

    /** The processes that the kernel ended for want of memory. */
    long kills() {
        return Repository.text(directory.resolve(first ? "memory.oom_control" : "memory.events"))
                .lines()
                .filter(line -> line.startsWith("oom_kill "))
                .mapToLong(line -> Long.parseLong(line.split(" ")[1]))
                .sum();
    }

    @Override
    public void close() {
        // A process that has ended leaves it a moment later.
        Eventually.holds(LIMIT, () -> {
            try {
                Files.deleteIfExists(directory);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }
}
