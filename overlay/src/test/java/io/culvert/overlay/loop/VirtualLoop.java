// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** A loop on virtual time: the test runs it, and time goes forward only when nothing is due. Of one thread. */
public final class VirtualLoop implements Loop {
    /** When virtual time begins. */
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final class Task implements Timer, Comparable<Task> {
        private final Runnable action;
        private final long due;
        private final long number;
        private boolean cancelled;

        private Task(Runnable action, long due, long number) {
            this.action = action;
            this.due = due;
            this.number = number;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Task other) {
            return due != other.due ? Long.compare(due, other.due) : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private long nanos;
    private long number;

    @Override
    public Instant now() {
        return START.plusNanos(nanos);
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, Duration.ZERO);
    }

    @Override
    public Timer schedule(Runnable task, Duration delay) {
        Task scheduled = new Task(task, nanos + Math.max(0, delay.toNanos()), number++);
        tasks.add(scheduled);
        return scheduled;
    }

    /** Runs what is due within {@code time} from now, in order, and lets that time pass. */
    public void run(Duration time) {
        long end = nanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().due <= end) {
            runNext();
        }
        nanos = end;
    }

    /** Runs tasks until {@code done} or {@code time} has passed; returns whether {@code done}. */
    public boolean runUntil(BooleanSupplier done, Duration time) {
        long end = nanos + time.toNanos();
        while (!done.getAsBoolean()) {
            if (tasks.isEmpty() || tasks.peek().due > end) {
                nanos = end;
                return false;
            }
            runNext();
        }
        return true;
    }

    private void runNext() {
        Task task = tasks.remove();
        nanos = Math.max(nanos, task.due);
        if (!task.cancelled) {
            task.action.run();
        }
    }

    /** This loop with another clock on the wall: {@code offset} ahead. */
    public Loop withClockAhead(Duration offset) {
        VirtualLoop loop = this;
        return new Loop() {
            @Override
            public Instant now() {
                return loop.now().plus(offset);
            }

            @Override
            public long nanos() {
                return loop.nanos();
            }

            @Override
            public void execute(Runnable task) {
                loop.execute(task);
            }

            @Override
            public Timer schedule(Runnable task, Duration delay) {
                return loop.schedule(task, delay);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {
        tasks.clear();
    }
}
