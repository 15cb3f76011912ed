// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An ordered map from keys to values with one revision, which each commit raises: etcd, or its image in memory.
 *
 * <p>Methods are called on the store's {@link io.culvert.overlay.loop.Loop}, and futures complete and listeners are
 * called on it. A future that fails carries a {@link StoreException}; each request ends within {@link #DEADLINE}.
 */
public interface Store extends AutoCloseable {
    /** Within this time each request has an answer or has failed. */
    Duration DEADLINE = Duration.ofSeconds(10);

    /** A watch that has reported nothing for so long, no progress either, is broken. */
    Duration WATCH_SILENCE = Duration.ofSeconds(90);

    /** The most entries of one page. */
    int PAGE_LIMIT = 1000;

    /**
     * Lists keys in their order.
     *
     * @param prefix of the keys; not empty
     * @param after lists only keys behind this one; empty: from the beginning
     * @param limit the most entries, 1 to {@link #PAGE_LIMIT}
     * @param revision of the store to show, at least 1; 0: the present one
     * @param serializable whether the answer may be as old as one member's data, which needs no quorum
     */
    CompletableFuture<Page> list(String prefix, String after, int limit, long revision, boolean serializable);

    /** The present entry of a key, as a quorum has it. */
    CompletableFuture<Optional<Entry>> get(String key);

    /**
     * Commits all of a transaction, or nothing.
     *
     * @return whether its conditions held, and so whether it was committed. After a failure of kind {@link
     *     StoreException.Kind#UNAVAILABLE} it may have been committed or not
     */
    CompletableFuture<Boolean> commit(Transaction transaction);

    /**
     * Watches the keys that begin with {@code prefix}.
     *
     * @param prefix not empty
     * @param fromRevision the first revision whose changes are reported, at least 1; it may lie in the future
     */
    Watch watch(String prefix, long fromRevision, WatchListener listener);

    /**
     * Grants a lease: keys put under it are deleted when it ends.
     *
     * @param ttl whole seconds, at least 5
     * @return the lease, for {@link Transaction.Builder#lease}
     */
    CompletableFuture<Long> grant(Duration ttl);

    /**
     * Prolongs a lease by its whole time. It writes nothing to the store's log.
     *
     * @return whether the lease lived; if not, its keys are gone
     */
    CompletableFuture<Boolean> prolong(long lease);

    /** Ends watches and connections. Requests that have no answer yet fail. */
    @Override
    void close();
}
