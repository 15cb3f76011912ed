// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.StoreException;
import io.culvert.overlay.store.Transaction;
import io.culvert.overlay.store.Watch;
import io.culvert.overlay.store.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;

/**
 * A store whose entries are one object for all agents of the JVM, which else would need the memory of thousands of
 * machines.
 */
final class SharedValues implements Store {
    private final Store store;
    private final ConcurrentMap<String, Entry> entries;

    /**
     * Shares.
     *
     * @param entries the last one of each key, for all
     */
    SharedValues(Store store, ConcurrentMap<String, Entry> entries) {
        this.store = store;
        this.entries = entries;
    }

    private Entry shared(Entry entry) {
        Entry known = entries.get(entry.key());
        if (known != null && known.modRevision() == entry.modRevision()) {
            return known;
        }
        entries.put(entry.key(), entry);
        return entry;
    }

    private Event shared(Event event) {
        return event instanceof Event.Put put ? new Event.Put(shared(put.entry())) : event;
    }

    private List<Entry> shared(List<Entry> found) {
        return found.stream().map(this::shared).toList();
    }

    @Override
    public CompletableFuture<Page> list(String prefix, String after, int limit, long revision, boolean serializable) {
        return store.list(prefix, after, limit, revision, serializable)
                .thenApply(page -> new Page(shared(page.entries()), page.more(), page.revision()));
    }

    @Override
    public CompletableFuture<Optional<Entry>> get(String key) {
        return store.get(key).thenApply(entry -> entry.map(this::shared));
    }

    @Override
    public CompletableFuture<Boolean> commit(Transaction transaction) {
        return store.commit(transaction);
    }

    @Override
    public CompletableFuture<Long> grant(Duration ttl) {
        return store.grant(ttl);
    }

    @Override
    public CompletableFuture<Boolean> prolong(long lease) {
        return store.prolong(lease);
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        return store.watch(prefix, fromRevision, new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                listener.onEvents(
                        revision, events.stream().map(SharedValues.this::shared).toList());
            }

            @Override
            public void onProgress(long revision) {
                listener.onProgress(revision);
            }

            @Override
            public void onCompacted(long compactRevision) {
                listener.onCompacted(compactRevision);
            }

            @Override
            public void onBroken(StoreException cause) {
                listener.onBroken(cause);
            }
        });
    }

    @Override
    public void close() {
        store.close();
    }
}
