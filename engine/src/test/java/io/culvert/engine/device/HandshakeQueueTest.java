// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.linux.SystemClock;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Limits;
import io.culvert.engine.message.Message;
import io.culvert.engine.pipeline.Worker;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.Node;
import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads enqueue handshake messages at once; none may wait for a later one to arrive. */
class HandshakeQueueTest {
    private static final int SENDERS = 6;
    private static final int MESSAGES = 20_000;

    private static void send(HandshakeQueue queue) {
        // All zero, which is no message that the processor knows.
        long message = Memory.allocate(HandshakeResponse.BYTES, 64);
        UdpEndpoint from = new UdpEndpoint();
        for (int i = 0; i < MESSAGES; i++) {
            while (!queue.offerChecked(message, HandshakeResponse.BYTES, from)) {
                Thread.yield();
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
                senders.add(Thread.ofPlatform().start(() -> send(queue)));
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
        } finally {
            Memory.free(message);
        }
    }

    @Test
    void aMessageOfAWorkerThatIsNotForThisDeviceTakesNoPlace() {
        Clock clock = new SystemClock();
        MemoryPlatform platform = new MemoryPlatform(clock, new MemoryNetwork(clock, 1), "test", 1, 1, Node.outer4(1));
        long message = Memory.allocate(HandshakeInitiation.BYTES, 64);
        UdpEndpoint from = new UdpEndpoint();
        from.setIpv4(0x7f000001, 1);
        DeviceOptions options = new DeviceOptions(1, new Aeads(AeadChoice.JCE)::create, false);
        try (Node node = new Node(platform, 1, 1, options)) {
            HandshakeQueue queue = node.device().handshakes();
            Worker worker = node.device().workers().get(0);
            Memory.putInt(message, Message.HANDSHAKE_INITIATION);
            assertThat(queue.offer(worker, message, HandshakeInitiation.BYTES, from))
                    .as("it is refused, and the queue is not full")
                    .isTrue();
            Memory.putInt(message, Message.HANDSHAKE_RESPONSE);
            queue.offer(worker, message, HandshakeResponse.BYTES, from);
            assertThat(queue.size()).isZero();
            assertThat(queue.outcomes(HandshakeOutcome.WRONG_MAC)).isEqualTo(1);
            assertThat(queue.outcomes(HandshakeOutcome.UNKNOWN_INDEX)).isEqualTo(1);

            Memory.putInt(message, Message.HANDSHAKE_INITIATION);
            new CookieGenerator(node.publicKey()).addMacs(message, HandshakeInitiation.BYTES, 0);
            for (int i = 0; i < Limits.MAX_QUEUED_INCOMING_HANDSHAKES; i++) {
                assertThat(queue.offer(worker, message, HandshakeInitiation.BYTES, from))
                        .isTrue();
            }
            assertThat(queue.offer(worker, message, HandshakeInitiation.BYTES, from))
                    .isFalse();
            assertThat(queue.offerChecked(message, HandshakeInitiation.BYTES, from))
                    .as("messages of the reader have places of their own")
                    .isTrue();
        } finally {
            Memory.free(message);
        }
    }
}
