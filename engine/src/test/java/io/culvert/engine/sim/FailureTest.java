// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.crypto.Aead;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.io.Clock;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.ScaledClock;
import io.culvert.engine.testkit.Simulation;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a thread of a device cannot handle ends the device, and its owner learns the cause. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailureTest {
    private static final int WORKERS = 2;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final FailingClock clock = new FailingClock();
    private Node node;
    private Node other;

    /** A clock that throws an error on the thread whose name contains a text. */
    private static final class FailingClock implements Clock {
        private final Clock clock = ScaledClock.realTime();
        volatile String victim = "(none)";

        @Override
        public long nanos() {
            if (Thread.currentThread().getName().contains(victim)) {
                throw new OutOfMemoryError("planted");
            }
            return clock.nanos();
        }

        @Override
        public long wallSeconds() {
            return clock.wallSeconds();
        }

        @Override
        public int wallNanos() {
            return clock.wallNanos();
        }
    }

    private void start() {
        MemoryNetwork network = new MemoryNetwork(clock, 1);
        DeviceOptions options = new DeviceOptions(2, Simulation.AEADS::create, true);
        node = new Node(clock, network, 1, WORKERS, 1, options);
        other = new Node(clock, network, 2, WORKERS, 2, options);
        node.device().onClosed(closed::countDown);
        node.tun().setLink(true);
        node.addPeer(other, other.outer4);
    }

    @AfterEach
    void close() {
        if (node != null) {
            node.close();
            other.close();
            assertThat(threads("wg1-")).as("threads that are left").isEmpty();
        }
    }

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix + "worker") || name.startsWith(prefix + "handshake"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wg1-handshake-", "wg1-worker-0", "wg1-worker-1"})
    void anErrorOfAThreadEndsTheDevice(String thread) throws InterruptedException {
        start();
        clock.victim = thread;
        for (int i = 0; i < 2 * WORKERS; i++) {
            node.tun().send(node.packet(other, i, 100), i % WORKERS);
        }
        closed.await();
        clock.victim = "(none)";
        assertThat(node.device().failure())
                .containsInstanceOf(OutOfMemoryError.class)
                .get()
                .extracting(Throwable::getMessage)
                .isEqualTo("planted");
        // A request that comes before the owner has closed the device neither hangs nor fails.
        node.removePeer(other);
        assertThat(node.device().peerCount()).isZero();
    }

    @Test
    void anErrorInAConfigurationEndsTheDevice() throws InterruptedException {
        start();
        node.removePeer(other);
        clock.victim = Thread.currentThread().getName();
        assertThatThrownBy(() -> node.addPeer(other, other.outer4)).isInstanceOf(OutOfMemoryError.class);
        closed.await();
        clock.victim = "(none)";
        assertThat(node.device().failure()).isPresent();
    }

    @Test
    void whatATaskThrowsOnAWorkerConcernsItsCaller() {
        start();
        assertThatThrownBy(() -> node.device().workers().callAll(worker -> {
                    throw new IllegalStateException("of worker " + worker.id());
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(node.device().failure()).isEmpty();
        assertThat(threads("wg1-")).hasSize(WORKERS + 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anErrorWhileAWorkerOpensIsThrownByTheStart(int failing) {
        AtomicInteger made = new AtomicInteger();
        Supplier<Aead> aeads = () -> {
            if (made.incrementAndGet() == failing) {
                throw new OutOfMemoryError("planted");
            }
            return Simulation.AEADS.create();
        };
        MemoryPlatform platform = new MemoryPlatform(clock, new MemoryNetwork(clock, 1), "wg7", WORKERS, 1);
        assertThatThrownBy(() -> Device.start(platform, new DeviceOptions(1, aeads, true)))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("planted");
        assertThat(threads("wg7-")).isEmpty();
    }

    @Test
    void anActionOfTheOwnerThatFailsKeepsNoOtherFromBeingRun() throws InterruptedException {
        start();
        CountDownLatch second = new CountDownLatch(2);
        node.device().onClosed(() -> {
            second.countDown();
            throw new IllegalStateException("planted");
        });
        node.device().onClosed(second::countDown);
        node.tun().remove();
        second.await();
        assertThat(node.device().failure()).isEmpty();
    }
}
