package io.culvert.daemon.testbed;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Runs other programs. */
public final class Shell {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Shell() {}

    /**
     * Runs a program to its end and returns what it wrote.
     *
     * @param input for its stdin
     * @throws IOException with the last thing it said, when it fails or takes longer than a minute
     */
    public static String run(String input, List<String> command) throws IOException, InterruptedException {
        return run(LIMIT, input, command);
    }

    /** The same, with another limit than a minute. */
    public static String run(Duration limit, String input, List<String> command)
            throws IOException, InterruptedException {
        StringBuilder output = new StringBuilder();
        if (execute(limit, input, command, output) != 0) {
            throw new IOException(String.join(" ", command) + ": " + lastLine(output.toString()));
        }
        return output.toString();
    }

    /** The same, without input. */
    public static String run(String... command) throws IOException, InterruptedException {
        return run("", List.of(command));
    }

    /** What a program writes, also when it fails. */
    public static String outputOf(List<String> command) throws IOException, InterruptedException {
        return outputOf(LIMIT, command);
    }

    /** The same, with another limit than a minute. */
    public static String outputOf(Duration limit, List<String> command) throws IOException, InterruptedException {
        StringBuilder output = new StringBuilder();
        execute(limit, "", command, output);
        return output.toString();
    }

    private static int execute(Duration limit, String input, List<String> command, StringBuilder output)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            // What it writes is read by another thread, since reading cannot be interrupted and waiting can.
            Thread reader = Thread.ofPlatform().daemon().start(() -> collect(process, output));
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(limit)) {
                throw new IOException(String.join(" ", command) + ": still running after " + limit.toSeconds() + " s");
            }
            reader.join();
            return process.exitValue();
        } finally {
            if (process.isAlive()) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private static void collect(Process process, StringBuilder output) {
        try {
            output.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            output.append(e.getMessage());
        }
    }

    private static String lastLine(String output) {
        return output.strip().lines().reduce((first, second) -> second).orElse("failed without a word");
    }
}
