// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OneProcessTest {
    @Test
    void measuresEveryImplementationInEachRoundOfBothOperations() throws Exception {
        List<Map<String, List<Double>>> operations =
                OneProcess.measure("2x64", List.of("jce", "jce-direct"), List.of());

        assertThat(operations).hasSize(2).allSatisfy(times -> {
            assertThat(times).containsOnlyKeys("jce", "jce-direct");
            assertThat(times.values())
                    .allSatisfy(rounds -> assertThat(rounds).hasSize(40).allMatch(nanos -> nanos > 0));
        });
    }
}
