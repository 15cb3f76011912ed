// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several handshake threads process the messages of one peer: each message is consumed once. */
class HandshakeThreadsTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 25;

    private final VirtualClock clock = new VirtualClock();
    private Side a;
    private Side b;

    @BeforeEach
    void pair() {
        Side[] pair = Side.pair(400);
        a = pair[0];
        b = pair[1];
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    /** Runs {@code work} on all threads concurrently; returns how many got {@code true}. */
    private static int successes(Callable<Boolean> work) throws InterruptedException, ExecutionException {
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Boolean>> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                results.add(executor.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            start.countDown();
        }
        int count = 0;
        for (Future<Boolean> result : results) {
            count += result.get() ? 1 : 0;
        }
        return count;
    }

    @Test
    void eachMessageIsConsumedOnce() throws InterruptedException, ExecutionException {
        for (int round = 0; round < ROUNDS; round++) {
            int index = round;
            a.initiate(index, clock);
            assertThat(successes(() -> b.consumeInitiationOf(a, clock) != null)).isOne();
            assertThat(b.respond(index)).isTrue();
            assertThat(successes(() -> a.consumeResponseOf(b))).isOne();
            assertThat(successes(() -> began(a, index))).isOne();
            assertThat(successes(() -> began(b, index))).isOne();
            clock.advance(1_000_000_000);
        }
    }

    private static boolean began(Side side, int index) {
        Keypair<Side> keypair = side.handshake.beginSession(index, 0);
        if (keypair == null) {
            return false;
        }
        keypair.release();
        return true;
    }

    @Test
    void closingConcurrentlyIsHarmless() throws InterruptedException, ExecutionException {
        for (int round = 0; round < ROUNDS; round++) {
            Side[] pair = Side.pair(1000 + round);
            pair[0].initiate(1, clock);
            AtomicBoolean closing = new AtomicBoolean();
            int accepted = successes(() -> {
                if (!closing.getAndSet(true)) {
                    pair[1].handshake.close();
                    return false;
                }
                return pair[1].consumeInitiationOf(pair[0], clock) != null;
            });
            assertThat(accepted).isLessThanOrEqualTo(1);
            pair[0].close();
            pair[1].close();
        }
    }
}
