// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.linux_h.POLLIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.liburing_h;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The minimum wait, during which results do not end the sleep. */
class IoUringMinWaitTest {
    private static final long LONG_NANOS = 500_000_000;

    @BeforeEach
    void needsRings() {
        IoUring.unavailableReason().ifPresent(Assumptions::abort);
    }

    @Test
    void firstResultDoesNotEndTheMinimumWait() throws ErrnoException, InterruptedException {
        assumeTrue(hasMinWait(), "Linux 6.12 or later");
        try (IoUring ring = new IoUring(8, 64)) {
            int first = Linux.eventfd();
            int second = Linux.eventfd();
            ring.submissions().prepPollMultishot(first, 0, POLLIN, 1);
            ring.submissions().prepPollMultishot(second, 0, POLLIN, 2);
            ring.submit();
            Thread other = Thread.ofPlatform().start(() -> {
                write(first);
                write(second);
            });
            ring.await(Long.MAX_VALUE, LONG_NANOS);
            assertThat(reap(ring)).containsOnly(1L, 2L);
            other.join();
            Linux.close(first);
            Linux.close(second);
        }
    }

    @Test
    void timeLimitEndsTheMinimumWait() throws ErrnoException {
        try (IoUring ring = new IoUring(8, 64)) {
            ring.await(1_000_000, LONG_NANOS);
            ring.await(1_000_000, 0);
            assertThat(reap(ring)).isEmpty();
        }
    }

    private static List<Long> reap(IoUring ring) {
        List<Long> seen = new ArrayList<>();
        ring.reap((userData, result, flags) -> seen.add(userData));
        return seen;
    }

    private static boolean hasMinWait() throws ErrnoException {
        IoUringSetup setup = new IoUringSetup(8, 16, IoUringMode.BEST);
        try {
            return setup.hasFeatures(liburing_h.IORING_FEAT_MIN_TIMEOUT);
        } finally {
            setup.close();
        }
    }

    private static void write(int eventfd) {
        long one = Memory.allocate(8, 8);
        Memory.putLong(one, 1);
        Linux.write(new CallState(), eventfd, one, 8);
        Memory.free(one);
    }
}
