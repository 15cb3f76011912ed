// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.noise.Handshake;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a peer's home and the handshake threads ask of each other is neither lost nor swapped. */
class HandshakeExchangeTest {
    private static final int ROUNDS = 500;
    private static final int THREADS = 4;
    /** More than the mailbox of a worker holds. */
    private static final int RESULTS = 20_000;

    private final Simulation simulation = new Simulation(1, 1);
    private final Node node = simulation.node();
    private final Peer peer = peer();

    private Peer peer() {
        Node other = simulation.downNode();
        node.addPeer(other, other.outer4);
        return node.device().peers().getFirst();
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    @Test
    void anErasureVoidsTheInitiationBeforeItAndNotTheOneAfter() {
        assertThat(peer.askForInitiation()).as("to be enqueued").isTrue();
        assertThat(peer.askForErasure()).isFalse();
        assertThat(peer.takeTasks()).isEqualTo(HandshakeExchange.CLEAR);
        assertThat(peer.askForErasure()).as("to be enqueued again").isTrue();
        assertThat(peer.askForInitiation()).isFalse();
        assertThat(peer.takeTasks()).isEqualTo(HandshakeExchange.CLEAR | HandshakeExchange.INITIATE);
        assertThat(peer.takeTasks()).isZero();
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void twoThreadsDoNotSwapAnErasureAndTheInitiationThatFollowsIt() throws InterruptedException {
        HandshakeProcessor processor = new HandshakeProcessor(node.device());
        AtomicBoolean ended = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (!ended.get()) {
                    processor.runTasks(peer);
                }
            }));
        }
        for (int round = 0; round < ROUNDS; round++) {
            peer.askForErasure();
            peer.askForInitiation();
            while (peer.hasTasks()) {
                Thread.onSpinWait();
            }
            // The thread that took the last task still holds the monitor.
            assertThat(peer.handshake().state()).isEqualTo(Handshake.State.CREATED_INITIATION);
        }
        ended.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void aPeerTakesOnePlaceInTheQueueHoweverOftenItAsks() {
        HandshakeQueue queue = node.device().handshakes();
        for (int i = 0; i < RESULTS; i++) {
            queue.clear(peer);
            queue.initiate(peer);
        }
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void resultsAreRunInTheirOrderHoweverMany() {
        List<Integer> ran = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < RESULTS; i++) {
            int number = i;
            expected.add(i);
            peer.giveResult(() -> ran.add(number));
        }
        simulation.runUntilIdle();
        assertThat(ran).isEqualTo(expected);
    }
}
