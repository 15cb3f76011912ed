// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.result;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The machine and the software that a result was measured on. */
public final class Machine {
    private Machine() {}

    /** The facts by name, in display order. */
    public static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("cpu", field(Path.of("/proc/cpuinfo"), "model name"));
        facts.put(
                "cpu family, model",
                field(Path.of("/proc/cpuinfo"), "cpu family") + ", " + field(Path.of("/proc/cpuinfo"), "model\t"));
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("cores allowed", field(Path.of("/proc/self/status"), "Cpus_allowed_list"));
        facts.put("load before", first(Path.of("/proc/loadavg")));
        facts.put("kernel", first(Path.of("/proc/sys/kernel/osrelease")));
        facts.put("jdk", System.getProperty("java.vendor.version") + " " + Runtime.version());
        facts.put("commit", commit());
        return facts;
    }

    private static String field(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String first(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String commit() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? output : "unknown";
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
