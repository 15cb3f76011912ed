// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArgumentsTest {
    @Test
    void quickHasFewerShapesAndOnePass() {
        Arguments quick = Arguments.parse(new String[] {"--quick"});

        assertThat(quick.passes()).isEqualTo(1);
        assertThat(quick.shapes())
                .hasSizeLessThan(Arguments.parse(new String[0]).shapes().size());
    }

    @Test
    void startsRejectOptionsThatTheyIgnore() {
        assertThat(Arguments.parse(new String[] {"--starts", "10", "--out", "/tmp"})
                        .starts())
                .isEqualTo(10);
        assertThatThrownBy(() -> Arguments.parse(new String[] {"--starts", "10", "--quick"}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneProcessUsesTheKernelsOfOneWidth() {
        Arguments turns = Arguments.parse(new String[] {"--one-process"});

        assertThat(turns.oneProcess()).isTrue();
        assertThat(turns.implementations()).contains("serving", "ipsec-mb").doesNotContain("vector-512", "vector-256");
        assertThatThrownBy(() -> Arguments.parse(new String[] {"--one-process", "--millis", "300"}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Arguments.parse(new String[] {"--starts", "10", "--one-process"}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
