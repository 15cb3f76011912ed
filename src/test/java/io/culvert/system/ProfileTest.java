package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code culvert profile}, through the launcher. */
@OnHost("iperf3")
class ProfileTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @TempDir
    private Path directory;

    private Process process;

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private void start(String load, String seconds) throws IOException {
        process = new ProcessBuilder(
                        Repository.root().resolve("bin/culvert").toString(),
                        "profile",
                        "--load",
                        load,
                        "--seconds",
                        seconds,
                        "--warm-up",
                        "1",
                        "--out",
                        graphs().toString())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
    }

    private Path graphs() {
        return directory.resolve("graphs");
    }

    private int exitStatus() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .as("it ends")
                .isTrue();
        return process.exitValue();
    }

    private String said(String file) {
        return Repository.text(directory.resolve(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp1", "udp"})
    void graphsShowTheWorkersOfBothEnds(String load) throws Exception {
        start(load, "1");
        assertThat(exitStatus()).as(said("err")).isZero();
        for (String name : List.of("cpu-sender", "cpu-receiver", "wall-sender", "wall-receiver")) {
            String html = Repository.text(graphs().resolve(name + ".html"));
            assertThat(html).as(name).startsWith("<!DOCTYPE html>").contains("Culvert");
            assertThat(frames(html))
                    .as(name)
                    .anyMatch(frame -> frame.matches(".*worker-\\d+ tid=.*"))
                    .anyMatch(frame -> frame.contains("Worker.doWork"));
            assertThat(said("out")).contains(name + ".html");
        }
        assertNothingIsLeft();
    }

    /** The names in a graph, each of which is written as what it shares with the one before and the rest. */
    private static List<String> frames(String html) {
        String pool = html.substring(html.indexOf("const cpool = ["));
        List<String> frames = new ArrayList<>();
        Matcher entries = Pattern.compile("(?m)^'(.*)',?$").matcher(pool.substring(0, pool.indexOf("];")));
        String last = "";
        while (entries.find()) {
            String entry = entries.group(1).replaceAll("\\\\(.)", "$1");
            last = frames.isEmpty() ? entry : last.substring(0, entry.charAt(0) - ' ') + entry.substring(1);
            frames.add(last);
        }
        return frames;
    }

    @Test
    void interruptedItLeavesNothing() throws Exception {
        start("tcp1", "60");
        assertThat(Eventually.holds(
                        LIMIT, () -> !process.isAlive() || said("err").contains("sampling cpu")))
                .isTrue();
        Command.of("kill", "-INT", Long.toString(process.pid())).run().expectSuccess();
        assertThat(exitStatus()).as(said("err")).isEqualTo(130);
        assertThat(graphs()).doesNotExist();
        assertNothingIsLeft();
    }

    @Test
    void whatThereIsNotIsRefused() throws Exception {
        start("tcp9", "1");
        assertThat(exitStatus()).isEqualTo(2);
        assertThat(said("err")).contains("tcp1, tcp8 or udp");
    }

    /** Namespaces, sockets and files carry the process number in their names; so do the arguments of what it starts. */
    private void assertNothingIsLeft() throws IOException {
        String pid = Long.toString(process.pid());
        for (Path place : List.of(Path.of("/run/netns"), Path.of("/var/run/wireguard"), Path.of("/tmp"))) {
            if (Files.exists(place)) {
                try (Stream<Path> files = Files.list(place)) {
                    assertThat(files.map(file -> file.getFileName().toString())
                                    .filter(name -> name.startsWith("culvert-profile-" + pid + "-")
                                            || name.startsWith("cb" + pid + "x")))
                            .as("left in %s", place)
                            .isEmpty();
                }
            }
        }
        List<String> running = ProcessHandle.allProcesses()
                .map(handle -> handle.info().commandLine().orElse(""))
                .filter(line -> line.contains("cb" + pid + "x"))
                .toList();
        assertThat(running).as("still running").isEmpty();
    }
}
