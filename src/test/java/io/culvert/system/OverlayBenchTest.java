// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.bench.result.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A benchmark of few agents: on etcd itself, and through a relay, which is a process of its own. */
@OnHost("etcd")
class OverlayBenchTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void agentsFollowAndTheRunIsRecorded(int relays, @TempDir Path directory) throws Exception {
        assumeTrue(Program.CULVERT.isCulvert(), "another program stands in for Culvert");
        Command.of(
                        Program.CULVERT.command(),
                        "bench",
                        "overlay",
                        "--nodes",
                        "6",
                        "--relays",
                        "" + relays,
                        "--joins",
                        "2",
                        "--rate",
                        "10",
                        "--idle",
                        "1",
                        "--out",
                        directory.toString())
                .limit(Duration.ofMinutes(10))
                .run()
                .expectSuccess();
        try (Stream<Path> files = Files.list(directory)) {
            Run run = Run.read(files.findFirst().orElseThrow());
            String test = "overlay@nodes6" + (relays == 0 ? "" : "@relays1");
            assertThat(run.find(test, "culvert", "join seen max").orElseThrow().median())
                    .isPositive();
            assertThat(run.find(test, "culvert", "lists at restart")
                            .orElseThrow()
                            .median())
                    .isZero();
            assertThat(run.find(test, "culvert", "mass start").orElseThrow().median())
                    .isPositive();
        }
    }
}
