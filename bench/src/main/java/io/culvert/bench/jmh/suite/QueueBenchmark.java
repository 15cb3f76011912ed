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
 * A train's way through a queue: the ordered queue (take a place, publish the state, ask for a commit, begin it, poll) and the
 * work ring (offer, poll), to be compared with the bare JCTools queue, the JDK's, and an {@link ArrayDeque} under a lock, none
 * of which keeps the order of what is finished out of order.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QueueBenchmark {
    private static final int CAPACITY = 128;
    private static final int SPINS = 1024;

    /** {@code ordered} or {@code work-ring}: what {@code culvert} stands for. */
    @Param({"ordered"})
    public String part;

    /** {@code culvert}, {@code jctools-mpmc}, {@code array-blocking-queue}, {@code array-deque-lock}. */
    @Param({"culvert"})
    public String contender;

    private Passage passage;

    /** What a queue is to those at its ends. */
    private interface Passage {
        boolean offer(Place place);

        Place poll();
    }

    /** What passes. */
    private static final class Place extends CommitEntry {}

    /** One thread's places, more than a queue holds, so that none is reused while it waits. */
    @State(Scope.Thread)
    public static class Places {
        private final Place[] places = new Place[8 * CAPACITY];
        private int next;

        /** Makes them. */
        public Places() {
            for (int i = 0; i < places.length; i++) {
                places[i] = new Place();
            }
        }

        private Place next() {
            next = next + 1 & places.length - 1;
            return places[next];
        }
    }

    private static final class InOrder implements Passage {
        private final OrderedQueue<Place> queue = new OrderedQueue<>(CAPACITY);
        // Where a worker would tell the home; a plain store costs next to nothing.
        private boolean told;

        @Override
        public boolean offer(Place place) {
            place.reset();
            if (!queue.offer(place)) {
                return false;
            }
            place.publish(CommitEntry.DONE);
            told |= queue.requestCommit();
            return true;
        }

        @Override
        public Place poll() {
            if (queue.isEmpty()) {
                return null;
            }
            queue.beginCommit();
            return queue.pollReady();
        }
    }

    private static final class OnRing implements Passage {
        private final WorkRing<Place> ring = new WorkRing<>(CAPACITY);

        @Override
        public boolean offer(Place place) {
            return ring.offer(place);
        }

        @Override
        public Place poll() {
            return ring.poll();
        }
    }

    private record Plain(Queue<Place> queue) implements Passage {
        @Override
        public boolean offer(Place place) {
            return queue.offer(place);
        }

        @Override
        public Place poll() {
            return queue.poll();
        }
    }

    private static final class Locked implements Passage {
        private final ReentrantLock lock = new ReentrantLock();
        private final ArrayDeque<Place> queue = new ArrayDeque<>(CAPACITY);

        @Override
        public boolean offer(Place place) {
            lock.lock();
            try {
                return queue.size() < CAPACITY && queue.offer(place);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public Place poll() {
            lock.lock();
            try {
                return queue.poll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Makes the queue. */
    @Setup
    public void setUp() {
        passage = switch (contender) {
            case "jctools-mpmc" -> new Plain(new MpmcVarHandleArrayQueue<>(CAPACITY));
            case "array-blocking-queue" -> new Plain(new ArrayBlockingQueue<>(CAPACITY));
            case "array-deque-lock" -> new Locked();
            default -> part.equals("ordered") ? new InOrder() : new OnRing();
        };
    }

    /** In and out, by one thread. */
    @Benchmark
    public Object pass(Places places) {
        passage.offer(places.next());
        return passage.poll();
    }

    /** In, by the thread at one end; waits for room. */
    @Benchmark
    @Group("handOff")
    @GroupThreads(1)
    public void give(Places places, Control control) {
        Place place = places.next();
        for (int i = 1; !passage.offer(place) && !control.stopMeasurement; i++) {
            pause(i);
        }
    }

    /** Out, by the thread at the other end; waits for something to come. */
    @Benchmark
    @Group("handOff")
    @GroupThreads(1)
    public Object take(Control control) {
        Object place = passage.poll();
        for (int i = 1; place == null && !control.stopMeasurement; i++) {
            pause(i);
            place = passage.poll();
        }
        return place;
    }

    /** Spins, but lets the other end run where both are on one core. */
    private static void pause(int turn) {
        if (turn % SPINS == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }
}
