// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.natives.generated.linux_h;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest {
    private static final int MANY = 11_000;
    /** So many cost a pause each only if they were in a row. */
    private static final int FEW = 900;

    private final Refusals refusals = new Refusals("recvmmsg", linux_h.EAGAIN);

    @Test
    void resultsAndOrdinaryErrorsPass() {
        for (int i = 0; i < 2 * MANY; i++) {
            assertThat(refusals.check(i)).isEqualTo(i);
            assertThat(refusals.check(-linux_h.EAGAIN)).isEqualTo(-linux_h.EAGAIN);
            assertThat(refusals.check(-linux_h.EINTR)).isEqualTo(-linux_h.EINTR);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {linux_h.EBADF, linux_h.EINVAL, linux_h.EPERM, linux_h.ENOTSOCK, linux_h.ENOSYS})
    void errorsThatDoNotPassEndTheThreadAtOnce(int error) {
        assertThatThrownBy(() -> refusals.check(-error))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the kernel refuses recvmmsg")
                .hasMessageContaining(Errno.name(error));
    }

    @Test
    void errorsThatMayPassEndTheThreadAfterSomeTime() {
        for (int i = 0; i < FEW; i++) {
            refusals.check(-linux_h.ENOMEM);
        }
        refusals.check(1);
        for (int i = 1; i < MANY; i++) {
            refusals.check(-linux_h.ENOMEM);
        }
        assertThatThrownBy(() -> refusals.check(-linux_h.ENOMEM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ENOMEM")
                .hasMessageContaining("ten seconds");
    }
}
