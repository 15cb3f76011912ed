package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert bench}, end to end, through the launcher; small runs, whose figures nobody looks at. */
@OnHost("iperf3")
class BenchTest {
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

    /** Starts it; the launcher becomes the program, so that the process number is the program's. */
    private void start(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(Repository.root().resolve("bin/culvert").toString(), "bench"));
        command.addAll(List.of("--contenders", "culvert,wireguard-go-debian", "--seconds", "1", "--warm-up", "0"));
        command.addAll(List.of("--out", directory.resolve("results").toString()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
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

    private Run result() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("results"))) {
            List<Path> found =
                    files.filter(file -> file.toString().endsWith(".json")).toList();
            assertThat(found).hasSize(1);
            return Run.read(found.getFirst());
        }
    }

    /** Namespaces, sockets and files carry the process number in their names; so do the arguments of what it starts. */
    private void assertNothingIsLeft() throws IOException {
        String pid = Long.toString(process.pid());
        for (Path place : List.of(Path.of("/run/netns"), Path.of("/var/run/wireguard"), Path.of("/tmp"))) {
            if (Files.exists(place)) {
                try (Stream<Path> files = Files.list(place)) {
                    assertThat(files.map(file -> file.getFileName().toString())
                                    .filter(name -> name.startsWith("culvert-bench-" + pid + "-")
                                            || name.startsWith("cb" + pid + "x")))
                            .as("left in %s", place)
                            .isEmpty();
                }
            }
        }
        List<String> running = ProcessHandle.allProcesses()
                .map(handle -> handle.info().commandLine().orElse(""))
                .filter(line -> line.contains("cb" + pid + "x") || line.contains("culvert-bench-" + pid + "-"))
                .toList();
        assertThat(running).as("still running").isEmpty();
    }

    @Test
    void measuresCulvertBesideAPeerAndLeavesNothing() throws Exception {
        start("--tests", "start,tcp1,ping", "--rounds", "1");

        assertThat(exitStatus()).as(said("err")).isZero();
        Run run = result();
        assertThat(run.kind()).isEqualTo("end-to-end");
        assertThat(run.missing()).isEmpty();
        assertThat(run.machine())
                .containsKeys("cpu", "kernel", "commit", "version of culvert", "version of wireguard-go-debian")
                .hasEntrySatisfying("command", command -> assertThat(command).startsWith("bench --contenders culvert"));
        for (String contender : List.of("culvert", "wireguard-go-debian")) {
            for (String metric : List.of("throughput", "cpu", "cpu sender", "cpu receiver")) {
                Series series = run.find("tcp1", contender, metric).orElseThrow();
                assertThat(series.samples()).hasSize(1).allMatch(sample -> sample > 0);
            }
            assertThat(run.find("ping", contender, "p99").orElseThrow().median())
                    .isPositive();
            assertThat(run.find("start", contender, "ready").orElseThrow().median())
                    .isPositive();
        }
        assertThat(said("out")).contains("tcp1", "wireguard-go-debian", "WireGuard (Culvert)");
        assertNothingIsLeft();
    }

    @Test
    void interruptedItKeepsWhatItMeasuredAndLeavesNothing() throws Exception {
        start("--tests", "ping,tcp8", "--rounds", "100");
        assertThat(Eventually.holds(
                        LIMIT, () -> !process.isAlive() || said("err").contains("ping: median")))
                .isTrue();
        Command.of("kill", "-INT", Long.toString(process.pid())).run().expectSuccess();

        assertThat(exitStatus()).as(said("err")).isEqualTo(130);
        Run run = result();
        assertThat(run.machine()).containsEntry("stopped", "in round 1 of 100");
        assertThat(run.find("ping", "culvert", "median")).isPresent();
        assertThat(said("out")).contains("stopped in round 1 of 100");
        assertNothingIsLeft();
    }

    @Test
    void whatThereIsNotIsRefused() throws Exception {
        start("--tests", "tcp2");

        assertThat(exitStatus()).isEqualTo(2);
        assertThat(said("err")).contains("no test tcp2");
        assertThat(directory.resolve("results")).doesNotExist();
    }
}
