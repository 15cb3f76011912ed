package io.culvert.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlantTest {
    private static final long MILLISECOND = 1_000_000;

    @Test
    void stretchesWhatItIsToldToStretch() {
        assertThat(Plant.of("aead=0.15,pipeline=1", "pipeline").end(System.nanoTime() - MILLISECOND))
                .isGreaterThanOrEqualTo(2 * MILLISECOND);
    }

    @Test
    void leavesTheRestAlone() {
        assertThat(Plant.of("pipeline=1", "aead")).isSameAs(Plant.NONE);
        assertThat(Plant.of("", "aead")).isSameAs(Plant.NONE);
    }
}
