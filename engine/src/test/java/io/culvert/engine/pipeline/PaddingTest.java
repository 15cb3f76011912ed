package io.culvert.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaddingTest {
    @ParameterizedTest(name = "{0} bytes, MTU {1}: {2}")
    @CsvSource({
        "0, 1420, 0",
        "1, 1420, 15",
        "16, 1420, 0",
        "1404, 1420, 4",
        "1409, 1420, 11",
        "1420, 1420, 0",
        // Route MTU 1299 of scenario 10: the padding stops there.
        "1297, 1299, 2",
        "1297, 0, 15",
        // Longer than the MTU: the part past it is padded.
        "1421, 1420, 15",
        "2840, 1420, 0"
    })
    void padsToSixteenButNotPastTheMtu(int length, int mtu, int padding) {
        assertThat(SendPath.padding(length, mtu)).isEqualTo(padding);
    }

    @Property
    void neverPassesTheMtuNorSixteen(
            @ForAll @IntRange(max = 65_535) int length, @ForAll @IntRange(max = 65_535) int mtu) {
        int padding = SendPath.padding(length, mtu);
        assertThat(padding).isBetween(0, 15);
        if (length <= mtu) {
            assertThat(length + padding).isLessThanOrEqualTo(mtu);
        }
    }
}
