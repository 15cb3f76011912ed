package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
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

    /** Whatever order the work ends in, and however it ends, it is committed in the order it came, as soon as may be. */
    @Property
    void commitsInOrderWhateverOrderTheWorkEndsIn(
            @ForAll @Size(min = 1, max = 40) List<Boolean> dead, @ForAll long seed) {
        OrderedQueue<Element> queue = new OrderedQueue<>(64);
        List<Element> open = new ArrayList<>();
        for (int i = 0; i < dead.size(); i++) {
            Element element = new Element(i);
            assertThat(queue.offer(element)).isTrue();
            open.add(element);
        }
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> committed = new ArrayList<>();
        while (!open.isEmpty()) {
            Element element = open.remove(random.nextInt(open.size()));
            element.publish(dead.get(element.number) ? CommitEntry.FAILED : CommitEntry.DONE);
            assertThat(queue.requestCommit()).isTrue();
            List<Integer> now = commit(queue);
            committed.addAll(now);
            int oldest = open.stream().mapToInt(e -> e.number).min().orElse(dead.size());
            assertThat(committed).hasSize(oldest);
        }
        assertThat(committed).isSorted().hasSize(dead.size());
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void onlyTheFirstOfSeveralRequestsTellsTheHome() {
        OrderedQueue<Element> queue = new OrderedQueue<>(4);
        assertThat(queue.requestCommit()).isTrue();
        assertThat(queue.requestCommit()).isFalse();
        queue.beginCommit();
        assertThat(queue.requestCommit()).isTrue();
    }

    @Test
    void fullQueueRefuses() {
        OrderedQueue<Element> queue = new OrderedQueue<>(4);
        for (int i = 0; i < 4; i++) {
            assertThat(queue.offer(new Element(i))).isTrue();
        }
        Element late = new Element(4);
        assertThat(queue.offer(late)).isFalse();
        assertThat(commit(queue)).as("all open").isEmpty();
    }

    @Test
    void elementsMayBeUsedAgain() {
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
     * Two threads finish elements in any order while the home sleeps whenever it was not told: were one wake-up lost, the
     * home would sleep for ever.
     */
    @Test
    void homeIsToldOfEveryElement() throws InterruptedException {
        int count = 20_000;
        OrderedQueue<Element> queue = new OrderedQueue<>(64);
        WorkRing<Element> work = new WorkRing<>(64);
        Semaphore told = new Semaphore(0);
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
                    told.release();
                }
                finished.countDown();
            }
        };
        Thread one = Thread.ofPlatform().start(finisher);
        Thread two = Thread.ofPlatform().start(finisher);
        List<Integer> committed = new ArrayList<>();
        Thread home = Thread.ofPlatform().start(() -> {
            while (committed.size() < count) {
                told.acquireUninterruptibly();
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
