// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
    @TempDir
    private Path directory;

    @Test
    void readsWhatItWrote() throws IOException {
        Run run = new Run(
                "end-to-end",
                Map.of("time", "2026-11-21T09:00:24Z", "cpu", "AMD EPYC"),
                Map.of("kernel", "not in this kernel"),
                List.of(new Series("tcp1", "culvert", "throughput", "Gbit/s", true, List.of(5.0, 6.0, 5.5))));

        Path file = run.write(directory.resolve("new"));

        assertThat(file).hasFileName("end-to-end-20261121T090024Z.json");
        assertThat(Run.read(file)).isEqualTo(run);
        assertThat(run.find("tcp1", "culvert", "throughput").orElseThrow().median())
                .isEqualTo(5.5);
        assertThat(run.find("tcp1", "culvert", "cpu")).isEmpty();
    }

    @Test
    void rejectsFilesThatAreNoRun() throws IOException {
        for (String text : List.of("", "[]", "{}", "{\"kind\":\"jmh\"}", "{\"kind\":", "null")) {
            Path file = Files.writeString(directory.resolve("run.json"), text);
            assertThatThrownBy(() -> Run.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("run.json");
        }
    }

    @Test
    void computesMedianAndSpread() {
        Series even = new Series("ping", "culvert", "median", "us", false, List.of(4.0, 1.0, 2.0, 3.0));

        assertThat(even.median()).isEqualTo(2.5);
        assertThat(even.spread()).isEqualTo(3 / 2.5);
        assertThat(even.min()).isEqualTo(1);
        assertThat(even.max()).isEqualTo(4);
    }

    @Test
    void rejectsMissingAndInfiniteSamples() {
        assertThatThrownBy(() -> new Series("ping", "culvert", "median", "us", false, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Series("ping", "culvert", "median", "us", false, List.of(Double.NaN)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
