// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static io.culvert.engine.message.Limits.REJECT_AFTER_MESSAGES;
import static io.culvert.engine.message.Limits.REJECT_AFTER_TIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.natives.Memory;
import java.util.ArrayList;
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

    @Test
    void numbersMessagesFromZero() {
        keypair.numberFrom(1000);
        assertThat(keypair.nonce(1000, 1)).isZero();
        assertThat(keypair.nonce(1001, 64)).isEqualTo(1);
    }

    @Test
    void noncesEndAtTheLimit() {
        keypair.numberFrom(-(REJECT_AFTER_MESSAGES - 64));
        assertThat(keypair.nonce(0, 64)).isEqualTo(REJECT_AFTER_MESSAGES - 64);
        assertThat(keypair.maySend(CREATED)).isTrue();
        assertThat(keypair.nonce(64, 1)).isEqualTo(Keypair.NO_NONCES);
        assertThat(keypair.maySend(CREATED)).isFalse();
    }

    @Test
    void noTrainPassesTheLimit() {
        keypair.numberFrom(-(REJECT_AFTER_MESSAGES - 63));
        assertThat(keypair.nonce(0, 64)).isEqualTo(Keypair.NO_NONCES);
        assertThat(keypair.nonce(0, 1)).as("the key is not used again").isEqualTo(Keypair.NO_NONCES);
    }

    @Test
    void expiresInBothDirections() {
        assertThat(keypair.maySend(CREATED + REJECT_AFTER_TIME - 1)).isTrue();
        assertThat(keypair.mayReceive(CREATED + REJECT_AFTER_TIME - 1)).isTrue();
        assertThat(keypair.maySend(CREATED + REJECT_AFTER_TIME)).isFalse();
        assertThat(keypair.mayReceive(CREATED + REJECT_AFTER_TIME)).isFalse();
        assertThat(keypair.nonce(0, 1)).isEqualTo(Keypair.NO_NONCES);
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
    void takesNoReferenceOnceFreed() {
        keypair.release();
        assertThatThrownBy(keypair::acquire).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void remembersThatAMessageCame() {
        assertThat(keypair.isReceived()).isFalse();
        keypair.markReceived();
        assertThat(keypair.isReceived()).isTrue();
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
