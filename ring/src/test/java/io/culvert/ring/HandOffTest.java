package io.culvert.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** {@link Mailbox} and {@link WorkRing}: alone they are bounded queues; between threads nothing is lost or doubled. */
class HandOffTest {
    private static final int CAPACITY = 8;

    /** A positive number is offered, a zero takes. */
    @Property
    void mailboxIsABoundedQueue(@ForAll @Size(max = 60) List<@IntRange(min = 0, max = 3) Integer> steps) {
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
    }

    /** A positive number is offered, a zero takes. */
    @Property
    void workRingIsABoundedQueue(@ForAll @Size(max = 60) List<@IntRange(min = 0, max = 3) Integer> steps) {
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
    }

    @Test
    void capacityIsRoundedUp() {
        WorkRing<Integer> ring = new WorkRing<>(5);
        int taken = 0;
        while (ring.offer(taken)) {
            taken++;
        }
        assertThat(taken).isEqualTo(8);
    }

    /** Three takers share the work of one owner: each piece is done once. */
    @Test
    void everyPieceOfWorkIsTakenOnce() throws InterruptedException {
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

    /** Two senders: nothing is lost, and each one's messages come in their order. */
    @Test
    void everyMessageArrivesInItsSendersOrder() throws InterruptedException {
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
