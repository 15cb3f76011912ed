// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.linux.SystemClock;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Limits;
import io.culvert.engine.pipeline.Worker;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads enqueue handshake messages at once; none may wait for a later one to arrive. */
class HandshakeQueueTest {
    private static final int SENDERS = 6;
    private static final int MESSAGES = 100_000;

    private static void send(HandshakeQueue queue, Worker worker) {
        // All zero, so MAC1 is wrong and the message is refused at once.
        long message = Memory.allocate(HandshakeResponse.BYTES, 64);
        UdpEndpoint from = new UdpEndpoint();
        for (int i = 0; i < MESSAGES; i++) {
            while (!queue.offer(worker, message, HandshakeResponse.BYTES, from)) {
                Thread.onSpinWait();
            }
        }
        Memory.free(message);
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void everyEnqueuedMessageIsProcessed() throws InterruptedException {
        Clock clock = new SystemClock();
        MemoryPlatform platform = new MemoryPlatform(clock, new MemoryNetwork(clock, 1), "test", 1, 1);
        try (Device device = Device.start(platform, new DeviceOptions(2, new Aeads(AeadChoice.JCE)::create, true))) {
            HandshakeQueue queue = device.handshakes();
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                senders.add(Thread.ofPlatform()
                        .start(() -> send(queue, device.workers().get(0))));
            }
            for (Thread sender : senders) {
                sender.join();
            }
            long end = clock.nanos() + 30_000_000_000L;
            while (queue.size() > 0 && clock.nanos() < end) {
                Thread.sleep(1);
            }
            assertThat(queue.size()).isZero();
        }
    }

    @Test
    void aFullQueueRefuses() {
        Clock clock = new SystemClock();
        MemoryPlatform platform = new MemoryPlatform(clock, new MemoryNetwork(clock, 1), "test", 1, 1);
        long message = Memory.allocate(HandshakeInitiation.BYTES, 64);
        UdpEndpoint from = new UdpEndpoint();
        try (Device device = Device.start(platform, new DeviceOptions(1, new Aeads(AeadChoice.JCE)::create, false))) {
            HandshakeQueue queue = device.handshakes();
            for (int i = 0; i < Limits.MAX_QUEUED_INCOMING_HANDSHAKES; i++) {
                assertThat(queue.offerChecked(message, HandshakeInitiation.BYTES, from))
                        .isTrue();
            }
            assertThat(queue.offerChecked(message, HandshakeInitiation.BYTES, from))
                    .isFalse();
            assertThat(queue.offerChecked(message, HandshakeResponse.BYTES, from))
                    .as("answers have places of their own")
                    .isTrue();
            assertThat(queue.offer(device.workers().get(0), message, HandshakeInitiation.BYTES, from))
                    .as("and messages of workers")
                    .isTrue();
        } finally {
            Memory.free(message);
        }
    }
}
