// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program that is run to its end, within a time limit of one minute unless another is set. For one thread. */
public final class Subprocess {
    private static final Duration STANDARD_LIMIT = Duration.ofMinutes(1);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

    private final ProcessBuilder builder;
    private String input = "";
    private Duration limit = STANDARD_LIMIT;

    private Subprocess(List<String> words) {
        builder = new ProcessBuilder(List.copyOf(words));
    }

    /**
     * What a program left behind.
     *
     * @param words the program and its arguments
     * @param exit its exit status
     * @param output what it wrote to stdout
     * @param error what it wrote to stderr
     */
    public record Result(List<String> words, int exit, String output, String error) {
        /** What it wrote to stdout, followed by what it wrote to stderr. */
        public String allOutput() {
            return output + error;
        }

        /**
         * This result if the exit status is 0.
         *
         * @throws IOException with the last line that the program wrote, if the exit status is another one
         */
        public Result requireSuccess() throws IOException {
            if (exit != 0) {
                throw new IOException(String.join(" ", words) + ": "
                        + lastLine(error).orElse(lastLine(output).orElse("exit status " + exit + ", no output")));
            }
            return this;
        }

        private static Optional<String> lastLine(String text) {
            return text.strip().lines().reduce((first, second) -> second);
        }
    }

    /** A program and its arguments. */
    public static Subprocess of(String... words) {
        return of(List.of(words));
    }

    /** A program and its arguments. */
    public static Subprocess of(List<String> words) {
        return new Subprocess(words);
    }

    /** Sets what the program reads from stdin; nothing by default. */
    public Subprocess input(String text) {
        input = text;
        return this;
    }

    /** Adds variables to the environment, which is otherwise this process's own. */
    public Subprocess environment(Map<String, String> variables) {
        builder.environment().putAll(variables);
        return this;
    }

    /** Sets the working directory; this process's own by default. */
    public Subprocess directory(Path directory) {
        builder.directory(directory.toFile());
        return this;
    }

    /** Sets the time after which the program is killed. */
    public Subprocess limit(Duration time) {
        limit = time;
        return this;
    }

    /**
     * Runs the program to its end.
     *
     * @throws IOException if it cannot be started, exceeds its time limit, or leaves its output open behind it
     * @throws InterruptedException if the calling thread is interrupted; the program is killed then
     */
    public Result run() throws IOException, InterruptedException {
        String line = String.join(" ", builder.command());
        Process process = builder.start();
        try {
            // Other threads read: a thread that waits can be interrupted, one that reads cannot.
            Future<String> output = read(process.getInputStream());
            Future<String> error = read(process.getErrorStream());
            write(process);
            if (!process.waitFor(limit)) {
                throw new IOException(line + ": still running after " + limit.toSeconds() + " s");
            }
            return new Result(builder.command(), process.exitValue(), text(output), text(error));
        } catch (TimeoutException e) {
            // A background process inherited the pipe; a script that reads it would wait for that process.
            throw new IOException(line + ": has ended, but its output is still open", e);
        } finally {
            if (process.isAlive()) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private void write(Process process) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The program ended without reading its input; its exit status says whether that is an error.
        }
    }

    /** The common pool would not do: on two cores it has one thread, and a blocked read occupies it. */
    private static Future<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        return "";
                    }
                },
                task -> Thread.ofPlatform().daemon().start(task));
    }

    private static String text(Future<String> reader) throws InterruptedException, TimeoutException {
        try {
            return reader.get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
