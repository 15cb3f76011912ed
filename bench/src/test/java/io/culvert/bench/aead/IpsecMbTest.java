// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpsecMbTest {
    @BeforeEach
    void libraryIsInstalled() {
        assumeTrue(
                IpsecMb.unavailableReason().isEmpty(),
                () -> IpsecMb.unavailableReason().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"46x1420", "64x0", "1x1", "2x65535", "imix", "tso"})
    void sealsAndOpensAsCulvertDoes(String shape) {
        try (IpsecMb ipsecMb = new IpsecMb()) {
            // More trains than the library's ring of jobs has places for.
            for (int train = 0; train < 10; train++) {
                assertThatCode(() -> Agreement.check(ipsecMb, TrainShape.of(shape)))
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void tellsItsVersion() {
        assertThat(IpsecMb.version().orElseThrow()).matches("\\d+\\.\\d+\\.\\d+.*");
    }
}
