package io.culvert.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM that runs a class of this program, as this one runs: from the module path, or from the class path. */
public final class ChildJvm {
    private static final int TAIL = 5;

    private ChildJvm() {}

    /**
     * Runs a class to its end. A thread that is interrupted meanwhile takes the JVM with it.
     *
     * @param main the class
     * @param jvmArguments options of the JVM, beside those that let it at the modules
     * @param mark what the line begins with by which the class tells its result
     * @param arguments for the class
     * @return the rest of that line
     * @throws IOException when it cannot be started, or tells no result; with the last of what it said instead
     */
    public static String run(Class<?> main, List<String> jvmArguments, String mark, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(
                "--add-exports=java.base/jdk.internal.misc=" + (modular() ? "org.agrona" : "ALL-UNNAMED"),
                "--enable-native-access=" + (modular() ? "io.culvert.natives,io.culvert.crypto" : "ALL-UNNAMED")));
        command.addAll(jvmArguments);
        command.addAll(program(main));
        command.addAll(List.of(arguments));
        return result(mark, output(command));
    }

    private static boolean modular() {
        return ChildJvm.class.getModule().isNamed();
    }

    private static List<String> program(Class<?> main) {
        return modular()
                ? List.of(
                        "--module-path",
                        System.getProperty("jdk.module.path"),
                        "-m",
                        main.getModule().getName() + "/" + main.getName())
                : List.of(
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName());
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder output = new StringBuilder();
        // Waiting can be interrupted, reading cannot.
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

    private static String result(String mark, String output) throws IOException {
        List<String> lines = output.lines().toList();
        for (String line : lines) {
            if (line.startsWith(mark)) {
                return line.substring(mark.length());
            }
        }
        throw new IOException("the measuring JVM gave no result: "
                + String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL), lines.size())));
    }
}
