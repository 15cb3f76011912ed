// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.overlay.loop.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The store in memory keeps the contract, and its faults are those of etcd. */
class MemoryStoreTest extends StoreContract {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final VirtualLoop loop = new VirtualLoop();
    private final MemoryCluster cluster = new MemoryCluster(loop);
    private final MemoryStore store = cluster.client("one", loop);

    @Override
    protected Store store() {
        return store;
    }

    @Override
    protected <T> T await(Supplier<CompletableFuture<T>> request) throws StoreException {
        CompletableFuture<T> answer = request.get();
        assertThat(loop.runUntil(answer::isDone, LONG)).isTrue();
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw (StoreException) e.getCause();
        }
    }

    @Override
    protected void onLoop(Runnable action) {
        action.run();
    }

    @Override
    protected void awaitUntil(BooleanSupplier condition) {
        assertThat(loop.runUntil(condition, LONG)).isTrue();
    }

    @Override
    protected void compact() {
        cluster.compact();
    }

    private StoreException.Kind failureOf(Supplier<CompletableFuture<?>> request) {
        CompletableFuture<?> answer = request.get();
        loop.runUntil(answer::isDone, LONG);
        return ((StoreException) answer.exceptionNow()).kind();
    }

    @Test
    void withoutAQuorumOnlySerializableReadsAreAnswered() throws Exception {
        cluster.put("/p/a", new byte[1]);
        cluster.setQuorumLost(true);
        long begin = loop.nanos();
        assertThat(failureOf(() -> store.get("/p/a"))).isEqualTo(StoreException.Kind.UNAVAILABLE);
        assertThat(loop.nanos() - begin).isEqualTo(Store.DEADLINE.toNanos());
        assertThat(failureOf(() -> store.list("/p/", "", 1, 0, false))).isEqualTo(StoreException.Kind.UNAVAILABLE);
        assertThat(failureOf(() -> store.commit(Transaction.builder().build())))
                .isEqualTo(StoreException.Kind.UNAVAILABLE);
        assertThat(await(() -> store.list("/p/", "", 1, 0, true)).entries()).hasSize(1);
        cluster.setQuorumLost(false);
        assertThat(await(() -> store.get("/p/a"))).isPresent();
    }

    @Test
    void aLostAnswerLeavesTheCommit() throws Exception {
        cluster.setAnswersLost(true);
        assertThat(failureOf(() -> store.commit(
                        Transaction.builder().put("/p/a", new byte[1]).build())))
                .isEqualTo(StoreException.Kind.UNAVAILABLE);
        assertThat(await(() -> store.get("/p/a"))).isPresent();
    }

    @Test
    void aClientCanBeRefused() throws Exception {
        cluster.refuse("one");
        assertThat(failureOf(() -> store.get("/p/a"))).isEqualTo(StoreException.Kind.REFUSED);
        MemoryStore other = cluster.client("other", loop);
        assertThat(await(() -> other.get("/p/a"))).isEmpty();
    }

    private final class Log implements WatchListener {
        private final List<String> calls = new ArrayList<>();

        @Override
        public void onEvents(long revision, List<Event> events) {
            calls.add("events " + revision);
        }

        @Override
        public void onProgress(long revision) {
            calls.add("progress " + revision);
        }

        @Override
        public void onCompacted(long compactRevision) {
            calls.add("compacted");
        }

        @Override
        public void onBroken(StoreException cause) {
            calls.add("broken after " + Duration.ofNanos(loop.nanos()).toSeconds() + " s");
        }
    }

    @Test
    void aSilentWatchIsBrokenAfterNinetySeconds() {
        Log log = new Log();
        store.watch("/p/", 2, log);
        loop.run(Duration.ofSeconds(40));
        assertThat(log.calls).containsExactly("progress 1");
        cluster.setSilent(true);
        cluster.put("/p/a", new byte[1]);
        loop.run(Duration.ofMinutes(5));
        assertThat(log.calls).containsExactly("progress 1", "broken after 120 s");
    }

    @Test
    void aWatchThatHearsProgressLives() {
        Log log = new Log();
        store.watch("/p/", 2, log);
        cluster.put("/q/other", new byte[1]);
        loop.run(Duration.ofHours(1));
        assertThat(log.calls).hasSizeGreaterThan(50).containsOnly("progress 2");
    }

    @Test
    void brokenWatchesSaySoOnce() {
        Log log = new Log();
        store.watch("/p/", 2, log);
        loop.run(Duration.ofSeconds(1));
        cluster.breakWatches();
        cluster.breakWatches();
        cluster.put("/p/a", new byte[1]);
        loop.run(LONG);
        assertThat(log.calls).containsExactly("broken after 1 s");
    }

    @Test
    void aDelayedWatchKeepsTheOrder() {
        List<Duration> delays = new ArrayList<>(List.of(Duration.ZERO, Duration.ofSeconds(9), Duration.ofSeconds(1)));
        cluster.delay(() -> delays.size() > 1 ? delays.removeFirst() : delays.getFirst());
        Log log = new Log();
        store.watch("/p/", 2, log);
        loop.run(Duration.ofMillis(1));
        cluster.put("/p/a", new byte[1]);
        cluster.put("/p/b", new byte[1]);
        loop.run(Duration.ofSeconds(10));
        assertThat(log.calls).containsExactly("events 2", "events 3");
    }

    @Test
    void aRestoredBackupGoesBack() throws Exception {
        cluster.put("/p/a", new byte[1]);
        MemoryCluster.Backup backup = cluster.backup();
        cluster.put("/p/b", new byte[1]);
        Log log = new Log();
        store.watch("/p/", 3, log);
        loop.run(Duration.ofMillis(1));
        cluster.restore(backup);
        loop.run(Duration.ofMillis(1));
        assertThat(log.calls).containsExactly("events 3", "broken after 0 s");
        assertThat(await(() -> store.list("/p/", "", 10, 0, false)).entries()).hasSize(1);
        assertThatThrownBy(() -> await(() -> store.list("/p/", "", 10, 3, false)))
                .isInstanceOf(StoreException.class);
    }
}
