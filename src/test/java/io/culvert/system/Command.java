package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program run to its end, with a deadline that no test outlives. */
final class Command {
    private static final Duration CLOSED = Duration.ofSeconds(2);

    private final List<String> words;
    private final Map<String, String> environment = new HashMap<>();
    private String input = "";
    private Duration deadline = Duration.ofSeconds(30);

    private Command(List<String> words) {
        this.words = words;
    }

    /** What a program left behind. */
    record Result(List<String> words, int exit, String output, String error) {
        /** Fails the test unless the program ended with 0. */
        Result expectSuccess() {
            assertThat(exit)
                    .as("%s%n%s%s", String.join(" ", words), output, error)
                    .isZero();
            return this;
        }

        /** Fails the test unless the program ended with something else than 0. */
        Result expectFailure() {
            assertThat(exit)
                    .as("should fail: %s%n%s%s", String.join(" ", words), output, error)
                    .isNotZero();
            return this;
        }

        /** All that it said. */
        String said() {
            return output + error;
        }
    }

    static Command of(String... words) {
        return of(List.of(words));
    }

    static Command of(List<String> words) {
        return new Command(new ArrayList<>(words));
    }

    /** Runs it and expects success; the answer is its output without white space at the ends. */
    static String output(String... words) {
        return of(words).run().expectSuccess().output().strip();
    }

    Command input(String text) {
        input = text;
        return this;
    }

    Command environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Command deadline(Duration limit) {
        deadline = limit;
        return this;
    }

    Result run() {
        try {
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.directory(Repository.root().toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            CompletableFuture<String> output = read(process.getInputStream());
            CompletableFuture<String> error = read(process.getErrorStream());
            try (OutputStream out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // a program may end without reading what it was given
            }
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new AssertionError("not done after " + deadline + ": " + String.join(" ", words));
            }
            return new Result(List.copyOf(words), process.exitValue(), text(output), text(error));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The common pool will not do: on two cores it has one thread, and a task that blocks keeps it. */
    static void onItsOwnThread(Runnable task) {
        Thread.ofPlatform().daemon().start(task);
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        return "";
                    }
                },
                Command::onItsOwnThread);
    }

    /** A daemon that the program left running must not hold its output open: scripts would wait for it for ever. */
    private static String text(CompletableFuture<String> reader) throws InterruptedException {
        try {
            return reader.get(CLOSED.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new AssertionError("a program that has ended left its output open", e);
        }
    }
}
