// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.daemon.warmup.WarmupStatus.State;
import io.culvert.engine.linux.SocketPlatform;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The warm-up runs without privileges, and only while the tunnel carries nothing. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrafficBehindTheDaemonTest {
    private static final Set<State> ENDS = Set.of(State.DONE, State.STOPPED, State.IMPOSSIBLE);

    private static WarmupStatus run(PlatformSource source, LongSupplier packets) throws InterruptedException {
        // Without kernels to wait for.
        AtomicInteger made = new AtomicInteger();
        Warmup warmup = Warmup.prepare(true, new Aeads(AeadChoice.JCE), 2, source);
        warmup.awaitPrivileged();
        warmup.start(packets, made::incrementAndGet);
        while (!ENDS.contains(warmup.status().state())) {
            Thread.sleep(10);
        }
        assertThat(made).as("that the devices are made is said once").hasValue(1);
        while (hasThreads()) {
            // Else they would keep the network namespace.
            Thread.sleep(10);
        }
        return warmup.status();
    }

    private static boolean hasThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("warmup"));
    }

    @Test
    void trafficIsCarriedWhileTheTunnelIsQuiet() throws InterruptedException {
        WarmupStatus status = run(SocketPlatform::new, () -> 7);
        assertThat(status.reason()).isEmpty();
        assertThat(status.state()).isEqualTo(State.DONE);
        assertThat(status.kilobytes()).isPositive();
    }

    @Test
    void trafficOfTheTunnelStopsIt() throws InterruptedException {
        AtomicLong packets = new AtomicLong();
        WarmupStatus status = run(SocketPlatform::new, () -> packets.addAndGet(1000));
        assertThat(status.state()).isEqualTo(State.STOPPED);
        assertThat(status.reason()).isEqualTo("the tunnel carries traffic");
    }

    @Test
    void withoutAWarmUpNothingIsToBeMade() {
        AtomicInteger made = new AtomicInteger();
        PlatformSource none = (name, workers) -> {
            throw new AssertionError("opened");
        };
        try (Warmup warmup = Warmup.prepare(false, new Aeads(AeadChoice.JCE), 2, none)) {
            warmup.awaitPrivileged();
            warmup.start(() -> 0, made::incrementAndGet);
            assertThat(made).hasValue(1);
            assertThat(warmup.status()).isEqualTo(WarmupStatus.NONE);
        }
    }

    @Test
    void whatTheSystemRefusesIsItsReason() throws InterruptedException {
        WarmupStatus status = run(
                (name, workers) -> {
                    throw new IOException("refused");
                },
                () -> 0);
        assertThat(status).isEqualTo(new WarmupStatus(State.IMPOSSIBLE, "refused", 0));
    }

    /** An error while the namespace is made, such as for want of a thread, comes before anybody can be told. */
    @Test
    void afterAnErrorTheDevicesAreMadeToo() throws InterruptedException {
        AtomicInteger made = new AtomicInteger();
        Warmup warmup = SelfTrafficWarmup.prepare(new Aeads(AeadChoice.JCE), 2, SocketPlatform::new, () -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        warmup.awaitPrivileged();
        warmup.start(() -> 0, made::incrementAndGet);
        while (hasThreads()) {
            Thread.sleep(10);
        }
        assertThat(made).hasValue(1);
        assertThat(warmup.status().state()).isEqualTo(State.IMPOSSIBLE);
    }
}
