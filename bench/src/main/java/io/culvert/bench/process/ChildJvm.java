// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A JVM that runs a class of this program, or of another build of it. */
public final class ChildJvm {
    /** In this property {@code bin/culvert} passes the daemon's JVM options, one per line. */
    private static final String DAEMON_OPTIONS = "culvert.daemon.options";

    private static final String MODULE = "io.culvert.bench";
    private static final int TAIL = 5;

    private ChildJvm() {}

    /**
     * Runs a class until it ends, from the module path or the class path as this JVM. Interrupting the calling thread
     * ends it.
     *
     * @param main the class
     * @param jvmArguments options of the JVM, besides those for access to the modules
     * @param prefix of the line of output with the result
     * @param arguments of the class
     * @return the rest of that line
     * @throws IOException if it cannot be started or prints no result; the message has the last lines of its output
     */
    public static String run(Class<?> main, List<String> jvmArguments, String prefix, String... arguments)
            throws IOException, InterruptedException {
        return run(Optional.empty(), main, jvmArguments, prefix, arguments);
    }

    /**
     * Runs a class of another build.
     *
     * @param modules the directory of the other build's jars; empty for this build
     */
    public static String run(
            Optional<Path> modules, Class<?> main, List<String> jvmArguments, String prefix, String... arguments)
            throws IOException, InterruptedException {
        boolean modular = modules.isPresent() || ChildJvm.class.getModule().isNamed();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(
                "--add-exports=java.base/jdk.internal.misc=" + (modular ? "org.agrona" : "ALL-UNNAMED"),
                "--enable-native-access=" + (modular ? "io.culvert.natives,io.culvert.crypto" : "ALL-UNNAMED")));
        command.addAll(jvmArguments);
        command.addAll(modular ? program(modules, main) : program(main));
        command.addAll(List.of(arguments));
        return result(prefix, output(command));
    }

    /** The JVM options of the daemon, followed by {@code more}. */
    public static List<String> daemonOptions(List<String> more) {
        return Stream.concat(System.getProperty(DAEMON_OPTIONS, "").lines(), more.stream())
                .toList();
    }

    private static List<String> program(Optional<Path> modules, Class<?> main) {
        return List.of(
                "--module-path",
                modules.map(Path::toString).orElseGet(() -> System.getProperty("jdk.module.path")),
                "-m",
                MODULE + "/" + main.getName());
    }

    private static List<String> program(Class<?> main) {
        return List.of(
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), main.getName());
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder output = new StringBuilder();
        // waitFor() can be interrupted, reading cannot.
        Thread reader = Thread.ofPlatform().daemon().start(() -> collect(process.getInputStream(), output));
        try {
            process.waitFor();
            reader.join();
        } finally {
            process.destroyForcibly();
        }
        return output.toString();
    }

    private static void collect(InputStream stream, StringBuilder output) {
        try (stream) {
            output.append(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            output.append(e.getMessage());
        }
    }

    private static String result(String prefix, String output) throws IOException {
        List<String> lines = output.lines().toList();
        for (String line : lines) {
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
        }
        throw new IOException("the child JVM printed no result: "
                + String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL), lines.size())));
    }
}
