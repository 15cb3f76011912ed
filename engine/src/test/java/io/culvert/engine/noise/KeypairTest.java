// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static io.culvert.engine.message.Limits.REJECT_AFTER_MESSAGES;
import static io.culvert.engine.message.Limits.REJECT_AFTER_TIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class KeypairTest {
    private static final long CREATED = 1_000;

    private final Keypair<KeypairTest> keypair = new Keypair<>(this, 1, 2, true, CREATED);

    private static void setSendingCounter(Keypair<?> keypair, long value) throws ReflectiveOperationException {
        MethodHandles.privateLookupIn(Keypair.class, MethodHandles.lookup())
                .findVarHandle(Keypair.class, "sendingCounter", long.class)
                .set(keypair, value);
    }

    @Test
    void numbersMessagesFromZero() {
        assertThat(keypair.takeNonces(1)).isZero();
        assertThat(keypair.takeNonces(64)).isEqualTo(1);
        assertThat(keypair.takeNonces(1)).isEqualTo(65);
        assertThat(keypair.sendingCounter()).isEqualTo(66);
    }

    @Test
    void noncesEndAtTheLimit() throws ReflectiveOperationException {
        setSendingCounter(keypair, REJECT_AFTER_MESSAGES - 64);
        assertThat(keypair.takeNonces(64)).isEqualTo(REJECT_AFTER_MESSAGES - 64);
        assertThat(keypair.maySend(CREATED)).isTrue();
        assertThat(keypair.takeNonces(1)).isEqualTo(Keypair.NO_NONCES);
        assertThat(keypair.maySend(CREATED)).isFalse();
    }

    @Test
    void noTrainPassesTheLimit() throws ReflectiveOperationException {
        setSendingCounter(keypair, REJECT_AFTER_MESSAGES - 63);
        assertThat(keypair.takeNonces(64)).isEqualTo(Keypair.NO_NONCES);
        assertThat(keypair.takeNonces(1)).isEqualTo(Keypair.NO_NONCES);
        assertThat(keypair.sendingCounter()).isEqualTo(REJECT_AFTER_MESSAGES);
    }

    @Test
    void exhaustedCounterNeverWraps() throws ReflectiveOperationException {
        setSendingCounter(keypair, REJECT_AFTER_MESSAGES);
        for (int i = 0; i < 1000; i++) {
            assertThat(keypair.takeNonces(64)).isEqualTo(Keypair.NO_NONCES);
        }
    }

    @Test
    void eachNonceIsGivenOnceAcrossThreads() throws InterruptedException, ExecutionException {
        int threads = 4;
        int takes = 5_000;
        CountDownLatch start = new CountDownLatch(1);
        List<Future<BitSet>> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                int count = i + 1;
                results.add(executor.submit(() -> {
                    BitSet taken = new BitSet();
                    start.await();
                    for (int j = 0; j < takes; j++) {
                        int first = (int) keypair.takeNonces(count);
                        taken.set(first, first + count);
                    }
                    return taken;
                }));
            }
            start.countDown();
        }
        BitSet all = new BitSet();
        for (Future<BitSet> result : results) {
            assertThat(all.intersects(result.get())).isFalse();
            all.or(result.get());
        }
        assertThat(all.cardinality()).isEqualTo(takes * (1 + 2 + 3 + 4)).isEqualTo(all.length());
    }

    @Test
    void expiresInBothDirections() {
        assertThat(keypair.maySend(CREATED + REJECT_AFTER_TIME - 1)).isTrue();
        assertThat(keypair.mayReceive(CREATED + REJECT_AFTER_TIME - 1)).isTrue();
        assertThat(keypair.maySend(CREATED + REJECT_AFTER_TIME)).isFalse();
        assertThat(keypair.mayReceive(CREATED + REJECT_AFTER_TIME)).isFalse();
        assertThat(keypair.takeNonces(1)).isEqualTo(Keypair.NO_NONCES);
    }

    @Test
    void staysInvalidOnceInvalid() {
        keypair.maySend(CREATED + REJECT_AFTER_TIME);
        keypair.mayReceive(CREATED + REJECT_AFTER_TIME);
        assertThat(keypair.maySend(CREATED)).isFalse();
        assertThat(keypair.mayReceive(CREATED)).isFalse();
    }

    @Test
    void receivesAfterSendingStopped() {
        keypair.stopSending();
        assertThat(keypair.maySend(CREATED)).isFalse();
        assertThat(keypair.mayReceive(CREATED)).isTrue();
    }

    @Test
    void receivesNothingAfterTheLastCounter() {
        keypair.replayWindow().accept(REJECT_AFTER_MESSAGES - 2);
        assertThat(keypair.mayReceive(CREATED)).isTrue();
        keypair.replayWindow().accept(REJECT_AFTER_MESSAGES - 1);
        assertThat(keypair.mayReceive(CREATED)).isFalse();
    }

    @Test
    void freesItsKeysWithTheLastReference() {
        assertThat(keypair.tryAcquire()).isTrue();
        keypair.acquire();
        assertThat(keypair.references()).isEqualTo(3);
        keypair.release();
        keypair.release();
        assertThat(Memory.getLong(keypair.receiveKey())).isZero();
        keypair.release();
        assertThatThrownBy(() -> Memory.getLong(keypair.sendKey())).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(keypair.tryAcquire()).isFalse();
        assertThatThrownBy(keypair::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isFreedOnceUnderConcurrentReferences() throws InterruptedException, ExecutionException {
        for (int round = 0; round < 200; round++) {
            Keypair<KeypairTest> shared = new Keypair<>(this, 1, 2, true, CREATED);
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Integer>> readers = new ArrayList<>();
            try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
                for (int i = 0; i < 3; i++) {
                    readers.add(executor.submit(() -> {
                        start.await();
                        int taken = 0;
                        while (taken < 100 && shared.tryAcquire()) {
                            taken++;
                            // Throws when the memory is gone.
                            Memory.getLong(shared.sendKey());
                            shared.release();
                        }
                        return taken;
                    }));
                }
                start.countDown();
                shared.release();
            }
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).isBetween(0, 100);
            }
            assertThat(shared.references()).isZero();
            assertThatThrownBy(() -> Memory.getLong(shared.sendKey())).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
