// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {
    private static Percentiles upTo(int n) {
        // Descending, so that the class has to sort.
        return Percentiles.of(IntStream.range(0, n).mapToDouble(i -> n - i).toArray());
    }

    private static List<String> names(int n) {
        return upTo(n).samples().stream().map(Sample::metric).toList();
    }

    @Test
    void isTheSmallestTimeThatCoversTheShare() {
        Percentiles thousand = upTo(1000);
        assertThat(thousand.at(0.5)).isEqualTo(500);
        assertThat(thousand.at(0.99)).isEqualTo(990);
        assertThat(thousand.at(0.999)).isEqualTo(999);
        assertThat(thousand.at(1)).isEqualTo(1000);
        assertThat(thousand.at(0)).isEqualTo(1);
        assertThat(thousand.max()).isEqualTo(1000);
        assertThat(upTo(100).at(0.99)).isEqualTo(99);
        assertThat(upTo(1).at(0.999)).isEqualTo(1);
    }

    @Test
    void showsOnlyPercentilesThatAreNotTheMaximum() {
        assertThat(names(99)).containsExactly("median", "max");
        assertThat(names(100)).containsExactly("median", "p99", "max");
        assertThat(names(999)).containsExactly("median", "p99", "max");
        assertThat(names(1000)).containsExactly("median", "p99", "p99.9", "max");
    }

    @Test
    void needsATime() {
        assertThatThrownBy(() -> Percentiles.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
