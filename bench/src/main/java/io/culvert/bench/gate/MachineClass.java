// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The properties of a machine that ratios depend on. An entry of a baseline is valid for one class only. */
final class MachineClass {
    private static final List<String> VECTORS = List.of("avx512vl", "avx2", "avx");

    private MachineClass() {}

    /** The class of this machine, such as {@code AuthenticAMD 25/17, avx512vl, 2 cores, JDK 25}. */
    static String here() {
        String cpuinfo;
        try {
            cpuinfo = Files.readString(Path.of("/proc/cpuinfo"));
        } catch (IOException e) {
            cpuinfo = "";
        }
        return of(
                cpuinfo,
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature());
    }

    /** The class of a machine with this {@code /proc/cpuinfo}. */
    static String of(String cpuinfo, int cores, int jdk) {
        List<String> flags = List.of(field(cpuinfo, "flags").split(" "));
        String widest = VECTORS.stream().filter(flags::contains).findFirst().orElse("no avx");
        return String.format(
                Locale.ROOT,
                "%s %s/%s, %s, %d cores, JDK %d",
                field(cpuinfo, "vendor_id"),
                field(cpuinfo, "cpu family"),
                field(cpuinfo, "model"),
                widest,
                cores,
                jdk);
    }

    private static String field(String cpuinfo, String name) {
        return cpuinfo.lines()
                .map(line -> line.split("\\s*:\\s*", 2))
                .filter(pair -> pair.length == 2 && pair[0].equals(name))
                .map(pair -> pair[1].strip())
                .findFirst()
                .orElse("unknown");
    }
}
