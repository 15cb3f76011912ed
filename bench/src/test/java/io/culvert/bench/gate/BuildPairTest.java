// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuildPairTest {
    private final List<String> order = new ArrayList<>();

    @Test
    void buildsTakeTurnsAndBeginInTurn() throws Exception {
        BuildPair pair =
                BuildPair.of("abc", side("own", Map.of("a / jce", 3.0)), side("other", Map.of("a / jce", 2.0)));
        order.clear();
        List<Ratio> ratios = pair.measure(pair.names(), new HashMap<>());
        assertThat(ratios).hasSize(1);
        assertThat(ratios.getFirst().name()).isEqualTo("a / abc");
        assertThat(ratios.getFirst().samples()).hasSize(12).containsOnly(1.5);
        assertThat(order).hasSize(24).startsWith("own", "other", "other", "own", "own", "other");
    }

    @Test
    void comparesWhatBothHaveAndNamesTheRest() throws Exception {
        BuildPair pair = BuildPair.of(
                "abc",
                side("own", Map.of("a / jce", 1.0, "new / jce", 1.0)),
                side("other", Map.of("a / jce", 1.0, "old / jce", 1.0)));
        assertThat(pair.names()).containsExactly("a / abc");
        assertThat(pair.unmatched())
                .containsOnly(
                        Map.entry("new / jce", "abc does not have it"), Map.entry("old / jce", "only abc has it"));
        assertThat(pair.measure(pair.names(), new HashMap<>())).hasSize(1);
    }

    @Test
    void namesACommitThatCannotMeasure() throws Exception {
        BuildPair pair = BuildPair.of("abc", side("own", Map.of("a / jce", 1.0)), (rounds, slice, warmUp) -> {
            throw new IOException("commit abc cannot measure in memory: no such class");
        });
        assertThat(pair.names()).isEmpty();
        assertThat(pair.unmatched())
                .containsOnly(Map.entry(
                        "cipher and pipeline in memory", "commit abc cannot measure in memory: no such class"));
    }

    @Test
    void aTreeThatCannotMeasureIsAnError() {
        assertThatThrownBy(() -> BuildPair.of(
                        "abc",
                        (rounds, slice, warmUp) -> {
                            throw new IOException("this tree cannot measure in memory");
                        },
                        side("other", Map.of())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this tree");
    }

    private BuildPair.Side side(String title, Map<String, Double> values) {
        return (rounds, slice, warmUp) -> {
            order.add(title);
            List<Ratio> ratios = new ArrayList<>();
            values.forEach((name, value) -> ratios.add(new Ratio(name, List.of(value))));
            return ratios;
        };
    }
}
