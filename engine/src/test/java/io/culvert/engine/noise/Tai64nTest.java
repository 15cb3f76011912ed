// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.Clock;
import io.culvert.engine.testkit.VirtualClock;
import io.culvert.laws.Laws;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Tai64nTest {
    private final VirtualClock clock = new VirtualClock();

    @Test
    void encodesSecondsSinceTheTaiEpoch() {
        assertThat(ByteBuffer.wrap(Tai64n.now(clock).toBytes()).getLong())
                .isEqualTo(0x4000_0000_0000_000AL + 1_700_000_000L);
    }

    @Test
    void truncatesNanosecondsToHideThePreciseTime() {
        clock.advanceWall(3 * 16_777_216 + 16_777_215);
        assertThat(ByteBuffer.wrap(Tai64n.now(clock).toBytes()).getInt(8)).isEqualTo(3 * 16_777_216);
        clock.advanceWall(1);
        assertThat(ByteBuffer.wrap(Tai64n.now(clock).toBytes()).getInt(8)).isEqualTo(4 * 16_777_216);
    }

    @Test
    void rereadsTheClockWhenASecondBeginsBetweenReads() {
        Clock ticking = new Clock() {
            private int reads;

            @Override
            public long nanos() {
                return 0;
            }

            @Override
            public long wallSeconds() {
                return reads++ == 0 ? 7 : 8;
            }

            @Override
            public int wallNanos() {
                return 0;
            }
        };
        assertThat(Tai64n.now(ticking).seconds()).isEqualTo(0x4000_0000_0000_000AL + 8);
    }

    @Test
    void compareToMatchesUnsignedByteOrder() {
        Laws.check(draw -> {
            byte[] a = draw.bytes(12, 12);
            byte[] b = draw.bytes(12, 12);

            assertThat(Integer.signum(Tai64n.of(a).compareTo(Tai64n.of(b))))
                    .isEqualTo(Integer.signum(Arrays.compareUnsigned(a, b)));
            assertThat(Tai64n.of(a).toBytes()).isEqualTo(a);
            assertThat(Tai64n.of(a).compareTo(Tai64n.of(a))).isZero();
        });
    }
}
