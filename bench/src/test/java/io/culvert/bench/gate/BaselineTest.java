// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BaselineTest {
    @TempDir
    private Path directory;

    @Test
    void readsWhatItWrote() throws IOException {
        Baseline baseline = Baseline.empty().with("one", entry("a", 2.5)).with("two", entry("a", 1.5));
        Path file = directory.resolve("new/baseline.json");
        baseline.write(file);
        assertThat(Baseline.read(file)).isEqualTo(baseline);
    }

    @Test
    void anEntryReplacesOnlyTheRatiosThatItHas() {
        Baseline baseline = Baseline.empty()
                .with("one", entry("a", 1))
                .with("two", entry("a", 2))
                .with("one", entry("b", 3))
                .with("one", entry("b", 4));
        assertThat(baseline.of("one").orElseThrow().ratios())
                .containsOnly(Map.entry("a", new Threshold(1, 0.06)), Map.entry("b", new Threshold(4, 0.06)));
        assertThat(baseline.of("two").orElseThrow().ratios()).containsOnlyKeys("a");
        assertThat(baseline.of("three")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"classes\": {\"one\": {\"runs\": 1}}}",
                "{\"classes\": {\"one\": {\"ratios\": {\"a\": {\"expected\": 0, \"tolerance\": 0.1}}}}}",
                "{\"classes\": {\"one\": {\"ratios\": {\"a\": {\"expected\": 1}}}}}"
            })
    void rejectsOtherFiles(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("bad.json"), text);
        assertThatThrownBy(() -> Baseline.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no baseline, as --gate FILE --update writes it: ")
                .hasMessageNotContainingAny("io.culvert", "constructor", "null");
    }

    private static Baseline.Entry entry(String name, double expected) {
        return new Baseline.Entry("today", 5, Map.of(name, new Threshold(expected, 0.06)));
    }
}
