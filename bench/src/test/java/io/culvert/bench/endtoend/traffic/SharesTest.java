// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SharesTest {
    @Test
    void jainsIndexIsOneForEqualShares() {
        assertThat(Shares.of(new double[] {5, 5, 5, 5}).index()).isCloseTo(1, within(1e-12));
        assertThat(Shares.of(new double[4]).index()).isEqualTo(1);
    }

    @Test
    void jainsIndexIsTheShareOfThoseWhoHaveAll() {
        assertThat(Shares.of(new double[] {0, 8, 0, 0}).index()).isCloseTo(0.25, within(1e-12));
        assertThat(Shares.of(new double[] {8, 8, 0, 0}).index()).isCloseTo(0.5, within(1e-12));
        assertThat(Shares.of(new double[] {1, 2, 3}).index()).isCloseTo(36.0 / 42, within(1e-12));
    }

    @Test
    void ordersTheShares() {
        Shares shares = Shares.of(new double[] {7, 1, 4, 2});
        assertThat(shares.min()).isEqualTo(1);
        assertThat(shares.median()).isEqualTo(3);
        assertThat(shares.max()).isEqualTo(7);
        assertThat(shares.sum()).isEqualTo(14);
        assertThatThrownBy(() -> Shares.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
