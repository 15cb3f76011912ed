// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.StoreException;
import io.culvert.overlay.store.Watch;
import io.culvert.overlay.store.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Keeps a replica as the store has it: lists, watches, and begins again after a failure. Lives on the loop, but for
 * {@link #isCurrent} and {@link #hasHeardSince}.
 */
final class Follower implements AutoCloseable {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    private final Loop loop;
    private final Store store;
    private final String prefix;
    private final Replica replica;
    private final Duration gather;
    private final Consumer<String> log;
    private final List<Event> gathered = new ArrayList<>();
    private long gatheredRevision;
    private boolean isScheduled;
    private long published;
    private Duration retry = FIRST_RETRY;
    private Watch watch;
    private boolean closed;
    /** Written on the loop, read by all threads. */
    private volatile long heard;

    private volatile boolean wasHeard;

    /**
     * Does nothing before {@link #start}.
     *
     * @param prefix of the keys to keep
     * @param gather changes are handed on at most this often, so that many clients take many by one request each
     * @param log told what happens to the watch, one line each
     */
    Follower(Loop loop, Store store, String prefix, Replica replica, Duration gather, Consumer<String> log) {
        this.loop = loop;
        this.store = store;
        this.prefix = prefix;
        this.replica = replica;
        this.gather = gather;
        this.log = log;
        published = loop.nanos() - gather.toNanos();
    }

    void start() {
        loop.execute(() -> list("", new ArrayList<>(), 0));
    }

    /** Whether the store was heard within {@link Store#WATCH_SILENCE}; any thread may ask. */
    boolean isCurrent() {
        return wasHeard && loop.nanos() - heard < Store.WATCH_SILENCE.toNanos();
    }

    /** Whether the store was heard after a time of the loop's clock; any thread may ask. */
    boolean hasHeardSince(long nanos) {
        return wasHeard && heard - nanos > 0;
    }

    private void hear() {
        heard = loop.nanos();
        wasHeard = true;
    }

    private void list(String after, List<Entry> all, long revision) {
        if (closed) {
            return;
        }
        store.list(prefix, after, Store.PAGE_LIMIT, revision, false).whenComplete((page, failure) -> {
            if (failure != null) {
                retry("cannot list the store: " + failure.getMessage());
                return;
            }
            all.addAll(page.entries());
            if (page.more()) {
                list(page.entries().getLast().key(), all, page.revision());
            } else {
                finishListing(all, page);
            }
        });
    }

    private void finishListing(List<Entry> all, Page last) {
        hear();
        gathered.clear();
        replica.replace(all, last.revision());
        gatheredRevision = last.revision();
        retry = FIRST_RETRY;
        log.accept("has " + all.size() + " keys at revision " + last.revision());
        watch();
    }

    private void watch() {
        if (!closed) {
            watch = store.watch(prefix, gatheredRevision + 1, new Changes());
        }
    }

    /** Watches on, unless the store was restored meanwhile: it would wait for a revision that lies in its future. */
    private void watchAgain() {
        store.list(prefix, "", 1, 0, false).whenComplete((page, failure) -> {
            if (failure != null) {
                retry("cannot reach the store: " + failure.getMessage(), this::watchAgain);
            } else if (page.revision() < gatheredRevision) {
                list("", new ArrayList<>(), 0);
            } else {
                watch();
            }
        });
    }

    private void retry(String what) {
        retry(what, () -> list("", new ArrayList<>(), 0));
    }

    /** Waits for a time that is random, and longer with each failure. */
    private void retry(String what, Runnable next) {
        Duration pause = Duration.ofNanos(ThreadLocalRandom.current().nextLong(retry.toNanos()));
        retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
        log.accept(what);
        loop.schedule(next, pause);
    }

    private void publish() {
        isScheduled = false;
        if (!gathered.isEmpty()) {
            published = loop.nanos();
            replica.apply(gatheredRevision, gathered);
            gathered.clear();
        }
    }

    /** What the watch reports. */
    private final class Changes implements WatchListener {
        @Override
        public void onEvents(long revision, List<Event> events) {
            hear();
            retry = FIRST_RETRY;
            gathered.addAll(events);
            gatheredRevision = revision;
            if (!isScheduled) {
                isScheduled = true;
                loop.schedule(Follower.this::publish, gather.minusNanos(loop.nanos() - published));
            }
        }

        @Override
        public void onProgress(long revision) {
            hear();
            retry = FIRST_RETRY;
            if (revision < gatheredRevision) {
                // The store has begun anew, from a backup.
                watch.close();
                retry("the store's revision went back from " + gatheredRevision + " to " + revision);
            } else if (gathered.isEmpty()) {
                gatheredRevision = revision;
                replica.progress(revision);
            }
        }

        @Override
        public void onCompacted(long compactRevision) {
            retry("the store has compacted the changes since revision " + gatheredRevision);
        }

        @Override
        public void onBroken(StoreException cause) {
            retry("the watch broke: " + cause.getMessage(), Follower.this::watchAgain);
        }
    }

    @Override
    public void close() {
        closed = true;
        if (watch != null) {
            watch.close();
        }
    }
}
