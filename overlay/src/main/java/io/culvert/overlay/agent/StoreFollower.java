// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.StoreException;
import io.culvert.overlay.store.StoreException.Kind;
import io.culvert.overlay.store.Watch;
import io.culvert.overlay.store.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/**
 * Follows all keys of a network: watches from a known revision, or lists them page by page and watches from the
 * revision of the list. What breaks is tried again after a delay.
 *
 * <pre>
 *   start -> check own record -> watch <-> wait
 *     |          | changed         | compacted, or the store is behind
 *     +----------+---------------> list -> watch
 * </pre>
 *
 * <p>All methods on the loop.
 */
final class StoreFollower {
    /** A try that fails this often for want of a quorum is made with one member's data. */
    private static final int FAILURES_UNTIL_SERIALIZABLE = 2;

    private static final Duration FIRST_DELAY = Duration.ofMillis(500);
    private static final Duration MOST_DELAY = Duration.ofSeconds(30);

    /** What the session tells, all on the loop. */
    interface Listener {
        /**
         * All keys of one revision.
         *
         * @param isOfQuorum false if one member told it, which may be behind
         */
        void onListed(List<Entry> entries, long revision, boolean isOfQuorum);

        /** Changes, in order. */
        void onEvents(long revision, List<Event> events);

        /** The store is alive; there are no changes up to the revision that have not been told. */
        void onProgress(long revision);

        /** The store is out of reach, for this reason, until something else is told. */
        void onBroken(String reason);

        /** Whether the network's present record of this node is the one that was known at the known revision. */
        boolean isAsKnown(Optional<Entry> ownRecord);
    }

    private final Loop loop;
    private final Store store;
    private final String prefix;
    private final String ownKey;
    private final Listener listener;
    private final Backoff backoff;

    private long revision;
    /** From this revision on everything has been told that there was at the begin of the watch. */
    private long complete;

    private boolean needsList;
    private Watch watch;
    private long lastHeard;
    private int failures;
    private long restarts;
    private long lists;
    private boolean closed;
    /** Raised when what runs is given up: answers to it are not for anyone. */
    private int attempt;

    StoreFollower(Loop loop, Store store, String prefix, String ownKey, RandomGenerator random, Listener listener) {
        this.loop = loop;
        this.store = store;
        this.prefix = prefix;
        this.ownKey = ownKey;
        this.listener = listener;
        backoff = new Backoff(FIRST_DELAY, MOST_DELAY, random);
    }

    /**
     * Begins.
     *
     * @param knownRevision everything up to it is known; 0: nothing
     * @param isPartial whether all is to be listed all the same
     */
    void start(long knownRevision, boolean isPartial) {
        revision = knownRevision;
        needsList = knownRevision == 0 || isPartial;
        connect();
    }

    private void connect() {
        if (closed) {
            return;
        }
        int current = ++attempt;
        if (needsList) {
            list(current, new ArrayList<>(), "", 0);
            return;
        }
        // A list tells the store's revision as well, which no answer about one key does.
        store.list(ownKey, "", 1, 0, false).whenComplete((page, failure) -> {
            if (current != attempt) {
                return;
            }
            if (failure != null) {
                failed(failure);
                return;
            }
            Optional<Entry> own = page.entries().stream()
                    .filter(entry -> entry.key().equals(ownKey))
                    .findAny();
            if (page.revision() >= revision && listener.isAsKnown(own)) {
                complete = page.revision();
                watch();
                listener.onProgress(revision);
            } else {
                needsList = true;
                list(current, new ArrayList<>(), "", 0);
            }
        });
    }

    private void list(int current, List<Entry> entries, String after, long at) {
        boolean serializable = failures >= FAILURES_UNTIL_SERIALIZABLE && failures % 2 == 0;
        store.list(prefix, after, Store.PAGE_LIMIT, at, serializable).whenComplete((page, failure) -> {
            if (current != attempt) {
                return;
            }
            if (failure != null) {
                failed(failure);
                return;
            }
            listed(current, entries, page, !serializable);
        });
    }

    private void listed(int current, List<Entry> entries, Page page, boolean isOfQuorum) {
        entries.addAll(page.entries());
        if (page.more() && !page.entries().isEmpty()) {
            list(current, entries, page.entries().getLast().key(), page.revision());
            return;
        }
        if (!isOfQuorum && page.revision() < revision) {
            failed(new StoreException(Kind.UNAVAILABLE, "only a member that is behind answers", null));
            return;
        }
        revision = page.revision();
        needsList = false;
        complete = revision;
        lists++;
        listener.onListed(entries, revision, isOfQuorum);
        if (!closed && current == attempt) {
            watch();
        }
    }

    private void watch() {
        int current = ++attempt;
        lastHeard = loop.nanos();
        watch = store.watch(prefix, revision + 1, new WatchListener() {
            @Override
            public void onEvents(long to, List<Event> events) {
                if (current == attempt) {
                    heard(to);
                    listener.onEvents(to, events);
                }
            }

            @Override
            public void onProgress(long to) {
                if (current == attempt) {
                    progress(to);
                }
            }

            @Override
            public void onCompacted(long compactRevision) {
                if (current == attempt) {
                    watch = null;
                    listAgain();
                }
            }

            @Override
            public void onBroken(StoreException cause) {
                if (current == attempt) {
                    watch = null;
                    failed(cause);
                }
            }
        });
    }

    private void heard(long to) {
        lastHeard = loop.nanos();
        revision = Math.max(revision, to);
        failures = 0;
        backoff.reset();
    }

    private void progress(long to) {
        if (to < revision) {
            // It was restored from a backup: what it is asked for lies in its future.
            listAgain();
            return;
        }
        heard(to);
        listener.onProgress(to);
    }

    /** Ends the watch and lists all keys, as after {@code --force} or when something does not fit. */
    void listAgain() {
        needsList = true;
        restarts++;
        endWatch();
        connect();
    }

    /** Gives up a watch that has been silent for too long, whatever the store's client thinks of it. */
    void check() {
        if (watch != null && loop.nanos() - lastHeard > Store.WATCH_SILENCE.toNanos()) {
            failed(new StoreException(
                    Kind.UNAVAILABLE, "the store has been silent for " + Store.WATCH_SILENCE.toSeconds() + " s", null));
        }
    }

    private void failed(Throwable failure) {
        attempt++;
        endWatch();
        failures++;
        restarts++;
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof StoreException store && store.kind() == Kind.COMPACTED) {
            needsList = true;
        }
        listener.onBroken(cause.getMessage() == null ? cause.toString() : cause.getMessage());
        int current = attempt;
        loop.schedule(
                () -> {
                    if (current == attempt) {
                        connect();
                    }
                },
                backoff.next());
    }

    private void endWatch() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    /** Whether all that the store had when the watch began has been told. */
    boolean isComplete() {
        return watch != null && revision >= complete;
    }

    /** How often a watch or a try ended and another one began. */
    long restarts() {
        return restarts;
    }

    /** How often all keys have been listed. */
    long lists() {
        return lists;
    }

    /** Ends the session. */
    void close() {
        closed = true;
        attempt++;
        endWatch();
    }
}
