// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.StoreException;
import io.culvert.overlay.store.StoreException.Kind;
import io.culvert.overlay.store.Transaction;
import io.culvert.overlay.store.Watch;
import io.culvert.overlay.store.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A store as one agent sees it through a network: answers take their time, requests fail before or after they were
 * served, watches break or fall silent without a word.
 */
final class FaultyStore implements Store {
    /**
     * How bad it is: so many of 1,000.
     *
     * @param fail requests that fail
     * @param breakWatch deliveries with which a watch breaks
     * @param silence deliveries with which it falls silent
     */
    record Faults(int fail, int breakWatch, int silence) {
        static final Faults NONE = new Faults(0, 0, 0);
    }

    private static final int MAX_LATENCY_MILLIS = 80;

    private final Loop loop;
    private final Store store;
    private final SplittableRandom random;
    private Faults faults;
    private boolean isDown;
    private boolean cutsLists;

    FaultyStore(Loop loop, Store store, SplittableRandom random, Faults faults) {
        this.loop = loop;
        this.store = store;
        this.random = random;
        this.faults = faults;
    }

    void faults(Faults now) {
        faults = now;
    }

    /** Cuts the connection, or makes it anew. */
    void down(boolean now) {
        isDown = now;
    }

    /** Whether lists end before their end, and do not say so: no store does this, and an agent must be seen to fail. */
    void cutLists(boolean now) {
        cutsLists = now;
    }

    private boolean happens(int ofThousand) {
        return random.nextInt(1000) < ofThousand;
    }

    private Duration latency() {
        return Duration.ofMillis(random.nextInt(1, MAX_LATENCY_MILLIS));
    }

    private static StoreException unavailable() {
        return new StoreException(Kind.UNAVAILABLE, "a planned fault", null);
    }

    private <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.schedule(
                () -> {
                    if (isDown || happens(faults.fail)) {
                        answer.completeExceptionally(unavailable());
                        return;
                    }
                    request.get()
                            .whenComplete((value, failure) -> loop.schedule(
                                    () -> {
                                        if (failure != null) {
                                            answer.completeExceptionally(failure);
                                        } else if (isDown || happens(faults.fail)) {
                                            answer.completeExceptionally(unavailable());
                                        } else {
                                            answer.complete(value);
                                        }
                                    },
                                    latency()));
                },
                latency());
        return answer;
    }

    @Override
    public CompletableFuture<Page> list(String prefix, String after, int limit, long revision, boolean serializable) {
        return pass(() -> store.list(prefix, after, limit, revision, serializable)
                .thenApply(page -> cutsLists
                        ? new Page(page.entries().subList(0, page.entries().size() * 3 / 4), false, page.revision())
                        : page));
    }

    @Override
    public CompletableFuture<Optional<Entry>> get(String key) {
        return pass(() -> store.get(key));
    }

    @Override
    public CompletableFuture<Boolean> commit(Transaction transaction) {
        return pass(() -> store.commit(transaction));
    }

    @Override
    public CompletableFuture<Long> grant(Duration ttl) {
        return pass(() -> store.grant(ttl));
    }

    @Override
    public CompletableFuture<Boolean> prolong(long lease) {
        return pass(() -> store.prolong(lease));
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        FaultyWatch watch = new FaultyWatch(listener);
        watch.watch = store.watch(prefix, fromRevision, watch);
        return watch;
    }

    /** Delivers in order, each with its delay. */
    private final class FaultyWatch implements Watch, WatchListener {
        private final WatchListener listener;
        private Watch watch;
        private long lastDelivery;
        private boolean isSilent;
        private boolean isOver;

        FaultyWatch(WatchListener listener) {
            this.listener = listener;
        }

        private void deliver(Runnable delivery) {
            if (isDown || happens(faults.silence)) {
                isSilent = true; // A connection that lost one message delivers no later one.
            }
            long due = Math.max(lastDelivery, loop.nanos() + latency().toNanos());
            lastDelivery = due;
            boolean breaks = happens(faults.breakWatch);
            loop.schedule(
                    () -> {
                        if (isOver || isSilent) {
                            return;
                        }
                        if (breaks) {
                            close();
                            listener.onBroken(unavailable());
                        } else {
                            delivery.run();
                        }
                    },
                    Duration.ofNanos(due - loop.nanos()));
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            deliver(() -> listener.onEvents(revision, events));
        }

        @Override
        public void onProgress(long revision) {
            deliver(() -> listener.onProgress(revision));
        }

        @Override
        public void onCompacted(long compactRevision) {
            deliver(() -> {
                isOver = true;
                listener.onCompacted(compactRevision);
            });
        }

        @Override
        public void onBroken(StoreException cause) {
            deliver(() -> {
                isOver = true;
                listener.onBroken(cause);
            });
        }

        @Override
        public void close() {
            isOver = true;
            if (watch != null) {
                watch.close();
            }
        }
    }

    @Override
    public void close() {}
}
