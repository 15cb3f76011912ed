// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class OrderedQueueTest {
    private static final class Element extends CommitEntry {
        private final int number;

        Element(int number) {
            this.number = number;
        }
    }

    private static List<Integer> commit(OrderedQueue<Element> queue) {
        List<Integer> committed = new ArrayList<>();
        queue.beginCommit();
        for (Element element; (element = queue.pollReady()) != null; ) {
            committed.add(element.number);
        }
        return committed;
    }

    /** Elements, failed or done, are committed in the order of their offers, once no older one is pending. */
    @Test
    void commitsInOfferOrderForAnyCompletionOrder() {
        Laws.check(draw -> {
            List<Boolean> failed = draw.list(1, 40, draw::bool);
            SplittableRandom random = new SplittableRandom(draw.longInteger());

            OrderedQueue<Element> queue = new OrderedQueue<>(64);
            List<Element> pending = new ArrayList<>();
            for (int i = 0; i < failed.size(); i++) {
                Element element = new Element(i);
                assertThat(queue.offer(element)).isTrue();
                pending.add(element);
            }
            List<Integer> committed = new ArrayList<>();
            while (!pending.isEmpty()) {
                Element element = pending.remove(random.nextInt(pending.size()));
                element.publish(failed.get(element.number) ? CommitEntry.FAILED : CommitEntry.DONE);
                assertThat(queue.requestCommit()).isTrue();
                List<Integer> now = commit(queue);
                committed.addAll(now);
                int oldest = pending.stream().mapToInt(e -> e.number).min().orElse(failed.size());
                assertThat(committed).hasSize(oldest);
            }
            assertThat(committed).isSorted().hasSize(failed.size());
            assertThat(queue.isEmpty()).isTrue();
        });
    }

    @Test
    void onlyTheFirstCommitRequestNotifiesTheHome() {
        OrderedQueue<Element> queue = new OrderedQueue<>(4);
        assertThat(queue.requestCommit()).isTrue();
        assertThat(queue.requestCommit()).isFalse();
        queue.beginCommit();
        assertThat(queue.requestCommit()).isTrue();
    }

    @Test
    void fullQueueRejectsOffers() {
        OrderedQueue<Element> queue = new OrderedQueue<>(4);
        for (int i = 0; i < 4; i++) {
            assertThat(queue.offer(new Element(i))).isTrue();
        }
        Element late = new Element(4);
        assertThat(queue.offer(late)).isFalse();
        assertThat(commit(queue)).as("all pending").isEmpty();
    }

    @Test
    void elementsAreReusable() {
        OrderedQueue<Element> queue = new OrderedQueue<>(2);
        Element element = new Element(7);
        for (int round = 0; round < 10; round++) {
            element.reset();
            assertThat(queue.offer(element)).isTrue();
            assertThat(commit(queue)).isEmpty();
            element.publish(CommitEntry.DONE);
            assertThat(commit(queue)).containsExactly(7);
        }
    }

    /**
     * Two threads finish elements in any order, and the home sleeps until it is notified. If a wake-up were lost, this
     * test would hang.
     */
    @Test
    void noWakeUpOfTheHomeIsLost() throws InterruptedException {
        int count = 20_000;
        OrderedQueue<Element> queue = new OrderedQueue<>(64);
        WorkRing<Element> work = new WorkRing<>(64);
        Semaphore notifications = new Semaphore(0);
        Semaphore room = new Semaphore(64);
        CountDownLatch finished = new CountDownLatch(count);
        Runnable finisher = () -> {
            while (finished.getCount() > 0) {
                Element element = work.poll();
                if (element == null) {
                    Thread.onSpinWait();
                    continue;
                }
                element.publish(element.number % 5 == 0 ? CommitEntry.FAILED : CommitEntry.DONE);
                if (queue.requestCommit()) {
                    notifications.release();
                }
                finished.countDown();
            }
        };
        Thread one = Thread.ofPlatform().start(finisher);
        Thread two = Thread.ofPlatform().start(finisher);
        List<Integer> committed = new ArrayList<>();
        Thread home = Thread.ofPlatform().start(() -> {
            while (committed.size() < count) {
                notifications.acquireUninterruptibly();
                List<Integer> now = commit(queue);
                committed.addAll(now);
                room.release(now.size());
            }
        });
        for (int i = 0; i < count; i++) {
            room.acquire();
            Element element = new Element(i);
            assertThat(queue.offer(element)).isTrue();
            while (!work.offer(element)) {
                Thread.onSpinWait();
            }
        }
        home.join();
        one.join();
        two.join();
        assertThat(committed).hasSize(count).isSorted();
    }
}
