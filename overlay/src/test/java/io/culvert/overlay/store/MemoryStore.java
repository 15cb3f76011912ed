// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import io.culvert.overlay.loop.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A client of a {@link MemoryCluster}. */
public final class MemoryStore implements Store {
    private final MemoryCluster cluster;
    private final String name;
    private final Loop loop;

    /** What a request does when it reaches the store. */
    private interface Request<T> {
        T serve() throws StoreException;
    }

    MemoryStore(MemoryCluster cluster, String name, Loop loop) {
        this.cluster = cluster;
        this.name = name;
        this.loop = loop;
    }

    String name() {
        return name;
    }

    private <T> CompletableFuture<T> ask(boolean needsQuorum, Request<T> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Loop.Timer deadline = loop.schedule(
                () -> answer.completeExceptionally(
                        new StoreException(StoreException.Kind.UNAVAILABLE, "no answer in time", null)),
                DEADLINE);
        loop.schedule(
                () -> {
                    if (!cluster.down && needsQuorum && cluster.quorumLost) {
                        return; // the deadline answers
                    }
                    serve(request, answer, deadline);
                },
                cluster.nextDelay());
        return answer;
    }

    private <T> void serve(Request<T> request, CompletableFuture<T> answer, Loop.Timer deadline) {
        T served = null;
        StoreException failure = null;
        try {
            if (cluster.down) {
                throw new StoreException(StoreException.Kind.UNAVAILABLE, "connection refused", null);
            }
            if (cluster.refused.contains(name)) {
                throw new StoreException(StoreException.Kind.REFUSED, "permission denied", null);
            }
            served = request.serve();
        } catch (StoreException e) {
            failure = e;
        }
        T value = served;
        StoreException cause = failure;
        loop.schedule(
                () -> {
                    deadline.cancel();
                    if (cause == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(cause);
                    }
                },
                cluster.nextDelay());
    }

    @Override
    public CompletableFuture<Page> list(String prefix, String after, int limit, long revision, boolean serializable) {
        if (prefix.isEmpty() || limit < 1 || limit > PAGE_LIMIT) {
            throw new IllegalArgumentException("a prefix, and a limit of 1 to " + PAGE_LIMIT + ", not " + limit);
        }
        return ask(!serializable, () -> {
            if (revision > 0 && revision < cluster.compacted) {
                throw new StoreException(StoreException.Kind.COMPACTED, "compacted", null);
            }
            if (revision > cluster.revision) {
                throw new StoreException(StoreException.Kind.UNAVAILABLE, "a future revision", null);
            }
            long shown = revision > 0 ? revision : cluster.revision;
            List<Entry> behind =
                    cluster.at(shown).tailMap(after.compareTo(prefix) < 0 ? prefix : after, true).values().stream()
                            .takeWhile(entry -> entry.key().startsWith(prefix))
                            .filter(entry -> !entry.key().equals(after))
                            .limit(limit + 1L)
                            .toList();
            boolean more = behind.size() > limit;
            return new Page(more ? behind.subList(0, limit) : behind, more, shown);
        });
    }

    @Override
    public CompletableFuture<Optional<Entry>> get(String key) {
        return ask(true, () -> Optional.ofNullable(cluster.entries.get(key)));
    }

    @Override
    public CompletableFuture<Boolean> commit(Transaction transaction) {
        return ask(true, () -> {
            boolean committed = cluster.commit(transaction);
            if (cluster.answersLost) {
                throw new StoreException(StoreException.Kind.UNAVAILABLE, "the connection broke", null);
            }
            return committed;
        });
    }

    @Override
    public CompletableFuture<Long> grant(Duration ttl) {
        return ask(true, () -> cluster.grant(ttl));
    }

    @Override
    public CompletableFuture<Boolean> prolong(long lease) {
        return ask(true, () -> cluster.prolong(lease));
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        MemoryWatch watch = new MemoryWatch(cluster, name, loop, prefix, fromRevision, listener);
        loop.schedule(watch::begin, cluster.nextDelay());
        return watch;
    }

    @Override
    public void close() {
        List.copyOf(cluster.watches).stream()
                .filter(watch -> watch.client().equals(name))
                .forEach(MemoryWatch::close);
    }
}
