// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.loop.ThreadLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** etcd keeps the contract of a store. */
class EtcdStoreTest extends StoreContract {
    private static EtcdProcess etcd;

    private final List<Throwable> failures = new ArrayList<>();
    private ThreadLoop loop;
    private EtcdStore store;

    @BeforeAll
    static void start() throws Exception {
        etcd = EtcdProcess.start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (etcd != null) {
            etcd.close();
        }
    }

    @BeforeEach
    void connect() throws Exception {
        loop = new ThreadLoop("test", failures::add);
        store = EtcdStore.connect(settings(), loop);
    }

    private static EtcdSettings settings() {
        return new EtcdSettings(List.of(etcd.client()), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @AfterEach
    void disconnect() throws Exception {
        await(() -> {
            store.close();
            return CompletableFuture.completedFuture(null);
        });
        loop.close();
        assertThat(failures).isEmpty();
    }

    @Override
    protected Store store() {
        return store;
    }

    @Override
    protected <T> T await(Supplier<CompletableFuture<T>> request) throws StoreException {
        try {
            return CompletableFuture.supplyAsync(request, loop::execute)
                    .thenCompose(answer -> answer)
                    .get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) {
                throw failure;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected void onLoop(Runnable action) {
        CompletableFuture.runAsync(action, loop::execute).join();
    }

    @Override
    protected void awaitUntil(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!CompletableFuture.supplyAsync(condition::getAsBoolean, loop::execute)
                .join()) {
            assertThat(System.nanoTime()).isLessThan(end);
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    protected void compact() throws Exception {
        long revision = await(() -> store.list("/", "", 1, 0, false)).revision();
        etcd.etcdctl("compact", "" + revision);
    }

    /** The agent learns that its session broke, and sees all that was missed when it watches again. */
    @Test
    void aWatchBreaksWithEtcdAndGoesOnFromItsRevision() throws Exception {
        await(() -> store.commit(Transaction.builder().put("/k/a", new byte[1]).build()));
        long from = await(() -> store.get("/k/a")).orElseThrow().modRevision();
        LinkedBlockingQueue<String> calls = new LinkedBlockingQueue<>();
        WatchListener listener = new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                events.forEach(event -> calls.add(event.key()));
            }

            @Override
            public void onProgress(long revision) {}

            @Override
            public void onCompacted(long compactRevision) {
                calls.add("compacted");
            }

            @Override
            public void onBroken(StoreException cause) {
                calls.add(cause.kind().name());
            }
        };
        onLoop(() -> store.watch("/k/", from, listener));
        assertThat(calls.poll(60, TimeUnit.SECONDS)).isEqualTo("/k/a");
        etcd.kill();
        assertThat(calls.poll(60, TimeUnit.SECONDS)).isEqualTo("UNAVAILABLE");
        etcd.restart();
        etcd.etcdctl("put", "/k/b", "missed");
        onLoop(() -> store.watch("/k/", from + 1, listener));
        String next = calls.poll(60, TimeUnit.SECONDS);
        while ("UNAVAILABLE".equals(next)) { // the connection may not be back yet
            onLoop(() -> store.watch("/k/", from + 1, listener));
            next = calls.poll(60, TimeUnit.SECONDS);
        }
        assertThat(next).isEqualTo("/k/b");
    }

    /** A revision of a progress answer counts only with the next one; asked here at once. */
    @Test
    void aWatchAnswersProgressRequests() throws Exception {
        LinkedBlockingQueue<Long> progress = new LinkedBlockingQueue<>();
        List<EtcdWatch> watches = new ArrayList<>();
        long now = await(() -> store.list("/", "", 1, 0, false)).revision();
        onLoop(() -> watches.add((EtcdWatch) store.watch("/progress/", now + 1, new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {}

            @Override
            public void onProgress(long revision) {
                progress.add(revision);
            }

            @Override
            public void onCompacted(long compactRevision) {}

            @Override
            public void onBroken(StoreException cause) {}
        })));
        etcd.etcdctl("put", "/elsewhere", "x");
        Long revision = null;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while ((revision == null || revision < now + 1) && System.nanoTime() < end) {
            onLoop(() -> watches.getFirst().askProgress());
            revision = progress.poll(1, TimeUnit.SECONDS);
        }
        assertThat(revision).isGreaterThanOrEqualTo(now + 1);
    }
}
