// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** CULVERT_AEAD, which the launcher passes on. */
class AeadOptionTest {
    @Test
    void implementationCanBeChosen() throws StartException {
        assertThat(Serving.aeads("jce").implementation()).isEqualTo("jce");
    }

    @Test
    void unknownImplementationIsRefusedByName() {
        assertThatThrownBy(() -> Serving.aeads("fast"))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("CULVERT_AEAD: unknown AEAD implementation \"fast\"");
    }
}
