// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.Clock;
import io.culvert.engine.testkit.VirtualClock;
import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Tai64nTest {
    private final VirtualClock clock = new VirtualClock();

    private static Tai64n of(byte[] bytes) {
        long address = Memory.allocate(Tai64n.BYTES, 8);
        Memory.copy(bytes, 0, address, Tai64n.BYTES);
        Tai64n timestamp = Tai64n.at(address);
        Memory.free(address);
        return timestamp;
    }

    /** The 12 bytes of a message. */
    static byte[] bytes(Tai64n timestamp) {
        byte[] bytes = new byte[Tai64n.BYTES];
        long address = Memory.allocate(Tai64n.BYTES, 8);
        timestamp.copyTo(address);
        Memory.copy(address, bytes, 0, bytes.length);
        Memory.free(address);
        return bytes;
    }

    @Test
    void encodesSecondsSinceTheTaiEpoch() {
        assertThat(ByteBuffer.wrap(bytes(Tai64n.now(clock))).getLong())
                .isEqualTo(0x4000_0000_0000_000AL + 1_700_000_000L);
    }

    @Test
    void truncatesNanosecondsToHideThePreciseTime() {
        clock.advanceWall(3 * 16_777_216 + 16_777_215);
        assertThat(ByteBuffer.wrap(bytes(Tai64n.now(clock))).getInt(8)).isEqualTo(3 * 16_777_216);
        clock.advanceWall(1);
        assertThat(ByteBuffer.wrap(bytes(Tai64n.now(clock))).getInt(8)).isEqualTo(4 * 16_777_216);
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

            assertThat(Integer.signum(of(a).compareTo(of(b)))).isEqualTo(Integer.signum(Arrays.compareUnsigned(a, b)));
            assertThat(bytes(of(a))).isEqualTo(a);
            assertThat(of(a).compareTo(of(a))).isZero();
        });
    }
}
