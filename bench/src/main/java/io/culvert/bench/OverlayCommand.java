// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench;

import io.culvert.bench.result.Machine;
import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import io.culvert.daemon.testbed.ShutdownGuard;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert bench overlay}: many agents of the overlay on an etcd, in a JVM of their own. */
@Command(
        name = "overlay",
        description = "Measures how soon agents of an overlay in one JVM, on an etcd of its own, follow what changes.",
        sortOptions = false,
        footer = {
            "",
            "Interfaces only hold their peers. Each signature is verified once for all agents of the JVM.",
            "Agents that watch etcd are a mesh; through relays they are regions of 50 nodes with two gateways each."
        })
final class OverlayCommand implements Callable<Integer> {
    private static final String MAIN = "io.culvert.overlay.agent.OverlayBench";
    private static final String FIGURE = "figure";
    /** Of heap: for the JVM, and for what one agent knows of one node. */
    private static final long BASE_MIB = 1024;

    private static final long BYTES_EACH = 500;
    private static final int MOST_NODES = 10_000;
    private static final int MOST_RELAYS = 16;
    private static final long STOP_SECONDS = 20;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "1000",
            description = "agents (default: ${DEFAULT-VALUE})")
    private int nodes;

    @Option(
            names = "--relays",
            paramLabel = "N",
            defaultValue = "0",
            description = "relays through which they read; 0: each watches etcd (default: ${DEFAULT-VALUE})")
    private int relays;

    @Option(
            names = "--joins",
            paramLabel = "N",
            defaultValue = "20",
            description = "nodes that join (default: ${DEFAULT-VALUE})")
    private int joins;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "1",
            description = "joins a second (default: ${DEFAULT-VALUE})")
    private double rate;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "how long the idle network is watched (default: ${DEFAULT-VALUE})")
    private int idle;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = Run.DIRECTORY,
            description = "directory of the JSON result (default: ${DEFAULT-VALUE})")
    private Path directory;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** For picocli. */
    OverlayCommand() {}

    @Override
    public Integer call() throws Exception {
        require("--nodes", nodes, 2, MOST_NODES);
        require("--relays", relays, 0, MOST_RELAYS);
        require("--joins", joins, 1, MOST_NODES);
        require("--rate", rate, 0.01, 1000);
        require("--idle", idle, 1, 3600);
        return ShutdownGuard.run(this::run);
    }

    private void require(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new ParameterException(
                    spec.commandLine(), option + ": expected a number from " + text(least) + " to " + text(most));
        }
    }

    private static String text(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    private int run() throws IOException, InterruptedException {
        Map<String, String> machine = Machine.facts();
        machine.put(
                "command",
                "bench overlay --nodes " + nodes + " --relays " + relays + " --joins " + joins + " --rate " + text(rate)
                        + " --idle " + idle);
        machine.put("etcd", etcdVersion());
        List<Series> series = new ArrayList<>();
        Process process = new ProcessBuilder(command())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // waitFor() can be interrupted, reading cannot.
        Thread reader = Thread.ofPlatform().daemon().start(() -> read(process, series));
        try {
            process.waitFor();
            reader.join();
        } finally {
            process.destroy();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        if (process.exitValue() != 0) {
            throw new IOException("the agents' JVM ended with status " + process.exitValue());
        }
        System.out.println("written: " + new Run("overlay", machine, Map.of(), series).write(directory));
        return 0;
    }

    private static String etcdVersion() throws IOException {
        Process process = new ProcessBuilder("etcd", "--version").start();
        try (BufferedReader output = process.inputReader()) {
            return output.readLine();
        }
    }

    private List<String> command() throws IOException {
        Path launcher = Path.of(System.getProperty("culvert.launcher"));
        Path lib = launcher.getParent().resolveSibling("overlay/bench/target/lib");
        if (!Files.isDirectory(lib)) {
            throw new IOException("there is no " + lib + ": run " + launcher + " bench overlay in a source tree");
        }
        long heap = BASE_MIB + ((BYTES_EACH * nodes * nodes) >> 20);
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseParallelGC",
                "-Xmx" + heap + "m",
                "-Xss512k",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                lib + "/*",
                MAIN,
                "nodes=" + nodes,
                "relays=" + relays,
                "joins=" + joins,
                "rate=" + rate,
                "idle=" + idle,
                "launcher=" + launcher);
    }

    private void read(Process process, List<Series> series) {
        String test = "overlay@nodes" + nodes + (relays == 0 ? "" : "@relays" + relays);
        process.inputReader().lines().forEach(line -> {
            String[] words = line.split("\t", -1);
            if (words.length == 4 && words[0].equals(FIGURE)) {
                double value = Double.parseDouble(words[3]);
                System.out.printf(Locale.ROOT, "%-18s %10.2f %s%n", words[1], value, words[2]);
                series.add(new Series(test, "culvert", words[1], words[2], false, List.of(value)));
            } else {
                System.err.println(line);
            }
        });
    }
}
