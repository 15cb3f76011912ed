// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert bench} end to end, through the launcher: runs too short for meaningful figures. */
@OnHost("iperf3")
class BenchTest {
    private static final String PREFIX = "culvert-bench";

    @TempDir
    private Path directory;

    private LauncherRun run;

    @AfterEach
    void end() {
        if (run != null) {
            run.close();
        }
    }

    private void start(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("bench", "--seconds", "1", "--warm-up", "0"));
        all.addAll(List.of("--out", results().toString(), "--pages", pages().toString()));
        all.addAll(List.of(arguments));
        run = new LauncherRun(directory, all);
    }

    private Path results() {
        return directory.resolve("results");
    }

    private Path pages() {
        return directory.resolve("pages");
    }

    private Run result() throws IOException {
        try (Stream<Path> files = Files.list(results())) {
            List<Path> found = files.toList();
            assertThat(found).hasSize(1);
            return Run.read(found.getFirst());
        }
    }

    @Test
    void measuresCulvertBesideAPeerAndLeavesNothing() throws Exception {
        start("--implementations", "culvert,wireguard-go-debian", "--tests", "start,tcp1,ping", "--rounds", "1");

        assertThat(run.exitStatus()).as(run.errors()).isZero();
        Run result = result();
        assertThat(result.kind()).isEqualTo("end-to-end");
        assertThat(result.missing()).isEmpty();
        assertThat(result.machine())
                .containsKeys("cpu", "kernel", "commit", "version of culvert", "version of wireguard-go-debian")
                .hasEntrySatisfying(
                        "command",
                        command -> assertThat(command)
                                .startsWith("bench ")
                                .contains("--implementations culvert,wireguard-go-debian"));
        for (String implementation : List.of("culvert", "wireguard-go-debian")) {
            for (String metric : List.of("throughput", "cpu", "cpu sender", "cpu receiver")) {
                Series series = result.find("tcp1", implementation, metric).orElseThrow();
                assertThat(series.samples()).hasSize(1).allMatch(sample -> sample > 0);
            }
            assertThat(result.find("ping", implementation, "p99").orElseThrow().median())
                    .isPositive();
            for (String metric : List.of("ready", "time to first packet")) {
                assertThat(result.find("start", implementation, metric)
                                .orElseThrow()
                                .median())
                        .isPositive();
            }
        }
        assertThat(run.output())
                .contains("tcp1", "wireguard-go-debian")
                .containsPattern("culvert +WireGuard +[0-9.]+ Gbit/s");
        assertThat(pages().resolve(result.name() + ".html")).exists();
        run.assertNothingIsLeft(PREFIX);
    }

    /** The hosts reach each other only through the daemons, whose CPU time shows that they carried the traffic. */
    @Test
    void measuresWhatTheDaemonsForward() throws Exception {
        start("--implementations", "culvert", "--tests", "tcp1@gateway", "--rounds", "1");

        assertThat(run.exitStatus()).as(run.errors()).isZero();
        Run result = result();
        assertThat(result.missing()).isEmpty();
        for (String metric : List.of("throughput", "cpu sender", "cpu receiver")) {
            assertThat(result.find("tcp1@gateway", "culvert", metric)
                            .orElseThrow()
                            .median())
                    .isPositive();
        }
        run.assertNothingIsLeft(PREFIX);
    }

    @Test
    void interruptedItKeepsItsSamplesAndLeavesNothing() throws Exception {
        start("--implementations", "culvert,wireguard-go-debian", "--tests", "ping,tcp8", "--rounds", "100");
        run.interruptAfter("ping: median");

        assertThat(run.exitStatus()).as(run.errors()).isEqualTo(130);
        Run result = result();
        assertThat(result.machine()).containsEntry("stopped", "in round 1 of 100");
        assertThat(result.find("ping", "culvert", "median")).isPresent();
        assertThat(run.output()).contains("stopped in round 1 of 100");
        run.assertNothingIsLeft(PREFIX);
    }

    @Test
    void rejectsUnknownTests() throws Exception {
        start("--implementations", "culvert", "--tests", "tcp2");

        assertThat(run.exitStatus()).isEqualTo(2);
        assertThat(run.errors()).contains("unknown test \"tcp2\"").doesNotContain("deprecated");
        assertThat(results()).doesNotExist();
    }

    @Test
    void saysInWordsWhatIsWrong() throws Exception {
        String[][] cases = {
            {"--rounds 0: expected a number from 1 up", "--rounds", "0", "--tests", "ping"},
            {"no such file: /nonexistent", "report", "/nonexistent"},
            {"unknown implementation", "aead", "--implementations", "nosuch"}
        };
        for (String[] one : cases) {
            start(Arrays.copyOfRange(one, 1, one.length));
            assertThat(run.exitStatus()).isPositive();
            assertThat(run.errors()).contains(one[0], "error: ").doesNotContain("\tat ", "incubator");
            run.close();
        }
        start("aead", "--help");
        assertThat(run.exitStatus()).isZero();
        assertThat(results()).doesNotExist();
    }

    @Test
    void rejectsUnknownTopologiesAndSuites() throws Exception {
        start("--implementations", "culvert", "--tests", "tcp1@router");
        assertThat(run.exitStatus()).isEqualTo(2);
        assertThat(run.errors()).contains("unknown condition \"router\"; known: ipv6");
        run.close();

        start("--implementations", "culvert", "--suite", "voice");
        assertThat(run.exitStatus()).isEqualTo(2);
        assertThat(run.errors()).contains("unknown suite \"voice\"; known: ends");
        assertThat(results()).doesNotExist();
    }
}
