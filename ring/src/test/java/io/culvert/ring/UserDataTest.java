// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import org.junit.jupiter.api.Test;

class UserDataTest {
    @Test
    void packedFieldsAreUnpackedUnchanged() {
        Laws.check(200, draw -> {
            int operation = draw.integer(0, 255);
            int id = draw.integer();

            long userData = UserData.of(operation, id);
            assertThat(UserData.operation(userData)).isEqualTo(operation);
            assertThat(UserData.id(userData)).isEqualTo(id);
        });
    }
}
