// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.ring.CommitEntry;
import io.culvert.ring.OrderedQueue;
import io.culvert.ring.WorkRing;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Control;

/**
 * A train through a queue: the ordered queue (offer, publish, request a commit, begin it, poll) and the work ring
 * (offer, poll). The references are a JCTools queue, the JDK's, and an {@link ArrayDeque} under a lock, none of which
 * restores the order of trains that finish out of order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QueueBenchmark {
    private static final int CAPACITY = 128;
    private static final int SPINS = 1024;

    /** {@code ordered} or {@code work-ring}: the queue that {@code culvert} stands for. */
    @Param({"ordered"})
    public String part;

    /** {@code culvert}, {@code jctools-mpmc}, {@code array-blocking-queue}, {@code array-deque-lock}. */
    @Param({"culvert"})
    public String implementation;

    private TestQueue testQueue;

    /** The measured operations. */
    private interface TestQueue {
        boolean offer(Element element);

        Element poll();
    }

    /** An element. */
    private static final class Element extends CommitEntry {}

    /** The elements of one thread: more than a queue holds, so that none is reused while it is in the queue. */
    @State(Scope.Thread)
    public static class Elements {
        private final Element[] elements = new Element[8 * CAPACITY];
        private int next;

        /** Creates the elements. */
        public Elements() {
            for (int i = 0; i < elements.length; i++) {
                elements[i] = new Element();
            }
        }

        private Element next() {
            next = next + 1 & elements.length - 1;
            return elements[next];
        }
    }

    private static final class InOrder implements TestQueue {
        private final OrderedQueue<Element> queue = new OrderedQueue<>(CAPACITY);

        @Override
        public boolean offer(Element element) {
            element.reset();
            if (queue.offer(element, 1) == OrderedQueue.FULL) {
                return false;
            }
            element.publish(CommitEntry.DONE);
            return queue.tryAcquire();
        }

        @Override
        public Element poll() {
            queue.look();
            Element element = queue.pollReady();
            queue.tryRelease();
            return element;
        }
    }

    private static final class OnRing implements TestQueue {
        private final WorkRing<Element> ring = new WorkRing<>(CAPACITY);

        @Override
        public boolean offer(Element element) {
            return ring.offer(element);
        }

        @Override
        public Element poll() {
            return ring.poll();
        }
    }

    private record Plain(Queue<Element> queue) implements TestQueue {
        @Override
        public boolean offer(Element element) {
            return queue.offer(element);
        }

        @Override
        public Element poll() {
            return queue.poll();
        }
    }

    private static final class Locked implements TestQueue {
        private final ReentrantLock lock = new ReentrantLock();
        private final ArrayDeque<Element> queue = new ArrayDeque<>(CAPACITY);

        @Override
        public boolean offer(Element element) {
            lock.lock();
            try {
                return queue.size() < CAPACITY && queue.offer(element);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public Element poll() {
            lock.lock();
            try {
                return queue.poll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Creates the queue. */
    @Setup
    public void setUp() {
        testQueue = switch (implementation) {
            case "jctools-mpmc" -> new Plain(new MpmcVarHandleArrayQueue<>(CAPACITY));
            case "array-blocking-queue" -> new Plain(new ArrayBlockingQueue<>(CAPACITY));
            case "array-deque-lock" -> new Locked();
            default -> part.equals("ordered") ? new InOrder() : new OnRing();
        };
    }

    /** Offers and polls in one thread. */
    @Benchmark
    public Object pass(Elements elements) {
        testQueue.offer(elements.next());
        return testQueue.poll();
    }

    /** Offers in the producer thread; waits for space. */
    @Benchmark
    @Group("transfer")
    @GroupThreads(1)
    public void give(Elements elements, Control control) {
        Element element = elements.next();
        for (int i = 1; !testQueue.offer(element) && !control.stopMeasurement; i++) {
            pause(i);
        }
    }

    /** Polls in the consumer thread; waits for an element. */
    @Benchmark
    @Group("transfer")
    @GroupThreads(1)
    public Object take(Control control) {
        Object element = testQueue.poll();
        for (int i = 1; element == null && !control.stopMeasurement; i++) {
            pause(i);
            element = testQueue.poll();
        }
        return element;
    }

    /** Spins, but yields to the other thread in case both are on one core. */
    private static void pause(int spin) {
        if (spin % SPINS == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }
}
