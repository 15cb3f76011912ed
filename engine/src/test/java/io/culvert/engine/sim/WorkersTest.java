// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.Aead;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.VirtualClock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a device's threads end. */
class WorkersTest {
    private static final long WAIT_MILLIS = 300;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger closings = new AtomicInteger();

    /** Records when workers close it, which they do together with their I/O. */
    private final class Recorder implements Aead {
        @Override
        public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {}

        @Override
        public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
            return 0;
        }

        @Override
        public String implementation() {
            return "none";
        }

        @Override
        public void close() {
            closings.incrementAndGet();
            closed.countDown();
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void workersCloseTheirBuffersAfterAllHaveEnded() throws InterruptedException {
        VirtualClock clock = new VirtualClock();
        MemoryPlatform platform = new MemoryPlatform(clock, new MemoryNetwork(clock, 1), "tun", 2, 1);
        Device device = Device.start(platform, new DeviceOptions(1, Recorder::new, true));
        CountDownLatch atWork = new CountDownLatch(1);
        boolean[] wasClosed = new boolean[1];
        device.workers().get(1).post(() -> {
            atWork.countDown();
            try {
                wasClosed[0] = closed.await(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        atWork.await();
        device.close();
        assertThat(wasClosed[0])
                .as("worker 0 closed its buffers while worker 1 was working")
                .isFalse();
        assertThat(closings).hasValue(2);
    }
}
