// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** {@link Mailbox} and {@link WorkRing}: bounded queues that neither lose nor duplicate elements between threads. */
class MailboxAndWorkRingTest {
    private static final int CAPACITY = 8;

    /** A positive step offers that number, a zero polls. */
    @Test
    void mailboxMatchesABoundedQueue() {
        Laws.check(draw -> {
            List<Integer> steps = draw.list(0, 60, () -> draw.integer(0, 3));

            Mailbox<Integer> mailbox = new Mailbox<>(CAPACITY);
            Queue<Integer> model = new ArrayDeque<>();
            for (int step : steps) {
                if (step == 0) {
                    assertThat(mailbox.poll()).isEqualTo(model.poll());
                } else {
                    assertThat(mailbox.offer(step)).isEqualTo(model.size() < CAPACITY && model.add(step));
                }
                assertThat(mailbox.isEmpty()).isEqualTo(model.isEmpty());
            }
        });
    }

    /** A positive step offers that number, a zero polls. */
    @Test
    void workRingMatchesABoundedQueue() {
        Laws.check(draw -> {
            List<Integer> steps = draw.list(0, 60, () -> draw.integer(0, 3));

            WorkRing<Integer> ring = new WorkRing<>(CAPACITY);
            Queue<Integer> model = new ArrayDeque<>();
            for (int step : steps) {
                if (step == 0) {
                    assertThat(ring.poll()).isEqualTo(model.poll());
                } else {
                    assertThat(ring.offer(step)).isEqualTo(model.size() < CAPACITY && model.add(step));
                }
                assertThat(ring.size()).isEqualTo(model.size());
            }
        });
    }

    @Test
    void capacityIsRoundedUpToAPowerOfTwo() {
        WorkRing<Integer> ring = new WorkRing<>(5);
        int taken = 0;
        while (ring.offer(taken)) {
            taken++;
        }
        assertThat(taken).isEqualTo(8);
    }

    /** Three threads take from the ring of one owner, and each element is taken once. */
    @Test
    void concurrentTakersTakeEachElementOnce() throws InterruptedException {
        int count = 100_000;
        WorkRing<Integer> ring = new WorkRing<>(64);
        Queue<Integer> taken = new ConcurrentLinkedQueue<>();
        Integer end = -1;
        Runnable taker = () -> {
            for (Integer work = 0; !end.equals(work); work = ring.poll()) {
                if (work == null) {
                    Thread.onSpinWait();
                } else if (work > 0) {
                    taken.add(work);
                }
            }
        };
        List<Thread> takers = List.of(
                Thread.ofPlatform().start(taker),
                Thread.ofPlatform().start(taker),
                Thread.ofPlatform().start(taker));
        for (int i = 1; i <= count + takers.size(); i++) {
            Integer work = i <= count ? Integer.valueOf(i) : end;
            while (!ring.offer(work)) {
                Thread.onSpinWait();
            }
        }
        for (Thread thread : takers) {
            thread.join();
        }
        assertThat(taken).hasSize(count).doesNotHaveDuplicates();
    }

    /** Two senders: no message is lost, and those of one sender arrive in order. */
    @Test
    void messagesOfEachSenderArriveInOrder() throws InterruptedException {
        int count = 100_000;
        Mailbox<Integer> mailbox = new Mailbox<>(64);
        List<Thread> senders = List.of(sender(mailbox, 1, count), sender(mailbox, -1, -count));
        int up = 0;
        int down = 0;
        while (up < count || down > -count) {
            Integer message = mailbox.poll();
            if (message == null) {
                Thread.onSpinWait();
            } else if (message > 0) {
                assertThat(message).isEqualTo(++up);
            } else {
                assertThat(message).isEqualTo(--down);
            }
        }
        for (Thread thread : senders) {
            thread.join();
        }
        assertThat(mailbox.isEmpty()).isTrue();
    }

    private static Thread sender(Mailbox<Integer> mailbox, int step, int last) {
        return Thread.ofPlatform().start(() -> {
            for (int i = step; i != last + step; i += step) {
                while (!mailbox.offer(i)) {
                    Thread.onSpinWait();
                }
            }
        });
    }
}
