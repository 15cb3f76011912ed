// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderedQueueTest {
    private static final class Element extends CommitEntry {
        private final int number;
        private long first;

        Element(int number) {
            this.number = number;
        }
    }

    private static List<Integer> commit(OrderedQueue<Element> queue) {
        List<Integer> committed = new ArrayList<>();
        do {
            queue.look();
            for (Element element; (element = queue.pollReady()) != null; ) {
                committed.add(element.number);
            }
        } while (!queue.tryRelease());
        return committed;
    }

    private static boolean offer(OrderedQueue<Element> queue, Element element) {
        return queue.offer(element, 1) != OrderedQueue.FULL;
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
                assertThat(offer(queue, element)).isTrue();
                pending.add(element);
            }
            List<Integer> committed = new ArrayList<>();
            while (!pending.isEmpty()) {
                Element element = pending.remove(random.nextInt(pending.size()));
                element.publish(failed.get(element.number) ? CommitEntry.FAILED : CommitEntry.DONE);
                assertThat(queue.tryAcquire()).isTrue();
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
    void oneThreadHoldsTheTokenAndLooksAgainWhenAskedTo() {
        OrderedQueue<Element> queue = new OrderedQueue<>(4);
        assertThat(queue.tryAcquire()).isTrue();
        assertThat(queue.tryAcquire()).isFalse();
        assertThat(queue.tryRelease()).as("another look is due").isFalse();
        queue.look();
        assertThat(queue.tryRelease()).isTrue();
        assertThat(queue.tryAcquire()).isTrue();
        assertThat(queue.tryRelease()).isTrue();
    }

    @Test
    void fullQueueRejectsOffers() {
        OrderedQueue<Element> queue = new OrderedQueue<>(4);
        for (int i = 0; i < 4; i++) {
            assertThat(offer(queue, new Element(i))).isTrue();
        }
        assertThat(offer(queue, new Element(4))).isFalse();
        assertThat(queue.numbers()).as("a refused element takes no numbers").isEqualTo(4);
        assertThat(queue.tryAcquire()).isTrue();
        assertThat(commit(queue)).as("all pending").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3, 256})
    void capacityIsAPowerOfTwoThatThePlacesCanTell(int capacity) {
        assertThatThrownBy(() -> new OrderedQueue<Element>(capacity)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Over several turns of the places, with each capacity. */
    @Test
    void numbersFollowEachOtherAlongTheQueue() {
        for (int capacity = 1; capacity <= OrderedQueue.MAX_CAPACITY; capacity *= 2) {
            OrderedQueue<Element> queue = new OrderedQueue<>(capacity);
            long expected = 0;
            for (int i = 0; i < 1000; i++) {
                int numbers = 1 + i % 64;
                Element element = new Element(i);
                assertThat(queue.offer(element, numbers)).isEqualTo(expected);
                expected += numbers;
                element.publish(CommitEntry.DONE);
                if (i % capacity == capacity - 1) {
                    assertThat(queue.offer(element, 1)).isEqualTo(OrderedQueue.FULL);
                    assertThat(queue.tryAcquire()).isTrue();
                    assertThat(commit(queue)).hasSize(capacity);
                }
            }
            assertThat(queue.numbers()).isEqualTo(expected);
        }
    }

    @Test
    void elementsAreReusable() {
        OrderedQueue<Element> queue = new OrderedQueue<>(2);
        Element element = new Element(7);
        for (int round = 0; round < 10; round++) {
            element.reset();
            assertThat(offer(queue, element)).isTrue();
            assertThat(queue.tryAcquire()).isTrue();
            assertThat(commit(queue)).isEmpty();
            element.publish(CommitEntry.DONE);
            assertThat(queue.tryAcquire()).isTrue();
            assertThat(commit(queue)).containsExactly(7);
        }
    }

    /**
     * Three threads offer elements, finish any, and commit. If a request were lost, this test would hang; if two
     * committed at once, the order would break.
     */
    @Test
    void everyElementIsCommittedInTheOrderOfItsNumbers() throws InterruptedException {
        int threads = 3;
        int each = 20_000;
        OrderedQueue<Element> queue = new OrderedQueue<>(64);
        WorkRing<Element> work = new WorkRing<>(64);
        // Used by the holder of the token alone, which orders its uses: the next number, and wrong ones.
        long[] next = new long[2];
        AtomicInteger count = new AtomicInteger();
        Runnable worker = () -> {
            int offered = 0;
            while (count.get() < threads * each) {
                Element own = new Element(1 + offered % 64);
                if (offered < each && (own.first = queue.offer(own, own.number)) != OrderedQueue.FULL) {
                    offered++;
                    while (!work.offer(own)) {
                        Thread.onSpinWait();
                    }
                }
                Element element = work.poll();
                if (element != null) {
                    element.publish(element.number % 5 == 0 ? CommitEntry.FAILED : CommitEntry.DONE);
                    if (queue.tryAcquire()) {
                        count.addAndGet(commitNumbers(queue, next));
                    }
                }
            }
        };
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(Thread.ofPlatform().start(worker));
        }
        for (Thread thread : running) {
            thread.join();
        }
        assertThat(next[1]).as("elements out of order").isZero();
        assertThat(next[0]).isEqualTo(queue.numbers());
    }

    private static int commitNumbers(OrderedQueue<Element> queue, long[] next) {
        int count = 0;
        do {
            queue.look();
            for (Element element; (element = queue.pollReady()) != null; count++) {
                next[1] += element.first == next[0] ? 0 : 1;
                next[0] = element.first + element.number;
            }
        } while (!queue.tryRelease());
        return count;
    }
}
