// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeprecatedNamesTest {
    private final List<String> warnings = new ArrayList<>();

    @Test
    void oldOptionsAreReplacedWithAWarning() {
        String[] old = {"aead", "--contenders", "jce,contenders", "--contenders=evp", "--out", "floor"};

        assertThat(DeprecatedNames.replaceOptions(old, warnings::add))
                .containsExactly(
                        "aead", "--implementations", "jce,contenders", "--implementations=evp", "--out", "floor");
        assertThat(warnings)
                .hasSize(2)
                .allMatch(warning ->
                        warning.startsWith("--contenders is deprecated") && warning.endsWith("use --implementations"));
    }

    @Test
    void oldImplementationsAreReplacedWithAWarning() {
        assertThat(DeprecatedNames.replaceImplementations(List.of("culvert", "floor"), warnings::add))
                .containsExactly("culvert", "no-crypto");
        assertThat(warnings).hasSize(1).first().asString().endsWith("use no-crypto");
    }

    @Test
    void presentNamesAreKeptWithoutAWarning() {
        String[] present = {"--implementations", "culvert", "--tests", "tcp1"};

        assertThat(DeprecatedNames.replaceOptions(present, warnings::add)).containsExactly(present);
        assertThat(DeprecatedNames.replaceImplementations(List.of("no-crypto"), warnings::add))
                .containsExactly("no-crypto");
        assertThat(warnings).isEmpty();
    }

    @Test
    void oldRunsAreReadByTheirPresentNames(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("old.json"), """
                {"kind": "end-to-end",
                 "machine": {"time": "2026-11-21T09:00:24Z", "version of floor": "of this tree"},
                 "missing": {"floor": "not built", "floor: ping": "no answer", "tailscale: ping": "no answer"},
                 "series": [{"test": "start", "contender": "floor", "metric": "passage", "unit": "ms",
                             "higherIsBetter": false, "samples": [20.0]}]}""");

        Run run = Run.read(file);

        assertThat(run.find("start", "no-crypto", "time to first packet")
                        .orElseThrow()
                        .samples())
                .containsExactly(20.0);
        assertThat(run.missing()).containsOnlyKeys("no-crypto", "no-crypto: ping", "tailscale: ping");
        assertThat(run.machine()).containsOnlyKeys("time", "version of no-crypto");
    }

    @Test
    void oldRatiosAreReadByTheirPresentNames() {
        assertThat(DeprecatedNames.replaceRatios(Map.of("end-to-end tcp1 cpu / floor", 1, "floor", 2, "a / jce", 3)))
                .containsExactly(
                        Map.entry("a / jce", 3),
                        Map.entry("end-to-end tcp1 cpu / no-crypto", 1),
                        Map.entry("floor", 2));
    }
}
