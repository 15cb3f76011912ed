// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** CPU time and memory of a process and its descendants, from {@code /proc}. A process that has ended counts 0. */
public final class ResourceUsage {
    /** In /proc/PID/stat after the name (proc_pid_stat(5)): utime is field 14 and stime field 15, in ticks of 10 ms. */
    private static final int UTIME = 11;

    private static final double TICKS_PER_SECOND = 100;
    private static final double KIBIBYTES_PER_MEBIBYTE = 1024;

    private ResourceUsage() {}

    /** CPU time used so far, in seconds. */
    public static double cpuSeconds(ProcessHandle root) throws IOException {
        double ticks = 0;
        for (long pid : tree(root)) {
            String stat = read(pid, "stat");
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
            if (fields.length > UTIME + 1) {
                ticks += Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1]);
            }
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** Resident memory, in MiB; pages that processes share count for each of them. */
    public static double residentMebibytes(ProcessHandle root) throws IOException {
        return mebibytes(root, "VmRSS:");
    }

    /** The most memory that was resident so far, in MiB, likewise; each process's at its own time. */
    public static double peakMebibytes(ProcessHandle root) throws IOException {
        return mebibytes(root, "VmHWM:");
    }

    /** The sum of a row of /proc/PID/status (proc_pid_status(5)). */
    private static double mebibytes(ProcessHandle root, String row) throws IOException {
        double sum = 0;
        for (long pid : tree(root)) {
            sum += read(pid, "status")
                    .lines()
                    .filter(line -> line.startsWith(row))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")))
                    .sum();
        }
        return sum / KIBIBYTES_PER_MEBIBYTE;
    }

    private static List<Long> tree(ProcessHandle root) {
        try (Stream<ProcessHandle> all = Stream.concat(Stream.of(root), root.descendants())) {
            return all.map(ProcessHandle::pid).toList();
        }
    }

    /** A file of a process; empty if the process has ended. */
    private static String read(long pid, String file) throws IOException {
        try {
            return Files.readString(Path.of("/proc/" + pid, file));
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            if (ProcessHandle.of(pid).isEmpty()) {
                return "";
            }
            throw e;
        }
    }
}
