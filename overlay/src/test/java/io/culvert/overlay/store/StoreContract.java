// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every store does, in memory and on etcd. */
public abstract class StoreContract {
    /** Something that no other test writes. */
    private final String prefix = root() + Long.toHexString(System.nanoTime()) + "/";

    /** The prefix of all keys of the tests. */
    protected String root() {
        return "/test/";
    }

    /** The store. */
    protected abstract Store store();

    /** Calls on the loop and waits for the answer; throws the {@link StoreException} of a failure. */
    protected abstract <T> T await(Supplier<CompletableFuture<T>> request) throws StoreException;

    /** Runs on the loop. */
    protected abstract void onLoop(Runnable action);

    /** Waits until the condition, which is asked on the loop, holds. */
    protected abstract void awaitUntil(BooleanSupplier condition);

    /** Forgets the changes up to the present revision. */
    protected abstract void compact() throws Exception;

    private static byte[] value(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Entry entry) {
        return new String(entry.value(), StandardCharsets.UTF_8);
    }

    private boolean put(String key, String text) throws StoreException {
        return await(() -> store().commit(
                        Transaction.builder().put(prefix + key, value(text)).build()));
    }

    private Page list(String after, int limit, long revision) throws StoreException {
        return await(() -> store().list(prefix, after, limit, revision, false));
    }

    @Test
    void aKeyIsReadAsItWasWritten() throws Exception {
        assertThat(await(() -> store().get(prefix + "a"))).isEmpty();
        assertThat(put("a", "one")).isTrue();
        Entry first = await(() -> store().get(prefix + "a")).orElseThrow();
        assertThat(text(first)).isEqualTo("one");
        assertThat(first.createRevision()).isPositive().isEqualTo(first.modRevision());
        put("a", "two");
        Entry second = await(() -> store().get(prefix + "a")).orElseThrow();
        assertThat(text(second)).isEqualTo("two");
        assertThat(second.createRevision()).isEqualTo(first.createRevision());
        assertThat(second.modRevision()).isGreaterThan(first.modRevision());
    }

    @Test
    void aTransactionIsAllOrNothing() throws Exception {
        Transaction claim = Transaction.builder()
                .ifAbsent(prefix + "index")
                .ifAbsent(prefix + "member")
                .put(prefix + "index", value("1"))
                .put(prefix + "member", value("1"))
                .build();
        put("member", "already");
        assertThat(await(() -> store().commit(claim))).isFalse();
        assertThat(await(() -> store().get(prefix + "index"))).isEmpty();
        assertThat(await(() -> store().commit(
                                Transaction.builder().delete(prefix + "member").build())))
                .isTrue();
        assertThat(await(() -> store().commit(claim))).isTrue();
        assertThat(await(() -> store().commit(claim))).isFalse();
        Entry index = await(() -> store().get(prefix + "index")).orElseThrow();
        Entry member = await(() -> store().get(prefix + "member")).orElseThrow();
        assertThat(index.modRevision()).isEqualTo(member.modRevision());
    }

    @Test
    void anUnchangedKeyIsOneOfThatRevision() throws Exception {
        put("a", "one");
        long revision = await(() -> store().get(prefix + "a")).orElseThrow().modRevision();
        Supplier<CompletableFuture<Boolean>> change = () -> store().commit(Transaction.builder()
                .ifUnchanged(prefix + "a", revision)
                .put(prefix + "a", value("mine"))
                .build());
        assertThat(await(change)).isTrue();
        assertThat(await(change)).isFalse();
        await(() -> store().commit(Transaction.builder().delete(prefix + "a").build()));
        assertThat(await(change)).isFalse();
    }

    @Test
    void pagesAreInOrderAndOfOneRevision() throws Exception {
        for (String key : List.of("c", "a", "e", "b", "d", "a/b")) {
            put(key, key);
        }
        Page first = list("", 2, 0);
        assertThat(keys(first)).containsExactly("a", "a/b");
        assertThat(first.more()).isTrue();
        put("ab", "later");
        put("e", "changed");
        Page second = list(prefix + "a/b", 3, first.revision());
        assertThat(keys(second)).containsExactly("b", "c", "d");
        assertThat(second.more()).isTrue();
        assertThat(second.revision()).isEqualTo(first.revision());
        Page third = list(prefix + "d", 3, first.revision());
        assertThat(third.entries().stream().map(StoreContract::text)).containsExactly("e");
        assertThat(third.more()).isFalse();
        assertThat(keys(list("", 100, 0))).containsExactly("a", "a/b", "ab", "b", "c", "d", "e");
        assertThat(list(prefix + "e", 100, 0).entries()).isEmpty();
    }

    private List<String> keys(Page page) {
        return page.entries().stream()
                .map(entry -> entry.key().substring(prefix.length()))
                .toList();
    }

    @Test
    void aSerializableListShowsTheKeys() throws Exception {
        put("a", "one");
        assertThat(keys(await(() -> store().list(prefix, "", 10, 0, true)))).containsExactly("a");
    }

    @Test
    void aCompactedRevisionCannotBeListed() throws Exception {
        put("a", "one");
        long old = list("", 10, 0).revision();
        put("a", "two");
        compact();
        assertThatThrownBy(() -> list("", 10, old))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.COMPACTED));
    }

    /** Keeps what a watch reports. */
    private final class Recorder implements WatchListener {
        private final List<String> seen = new ArrayList<>();
        private long revision;
        private long compacted;
        private StoreException broken;

        @Override
        public void onEvents(long upTo, List<Event> events) {
            assertThat(upTo).isEqualTo(events.getLast().revision());
            for (Event event : events) {
                assertThat(event.revision()).isGreaterThanOrEqualTo(revision);
                revision = event.revision();
                String name = event.key().substring(prefix.length());
                seen.add(
                        switch (event) {
                            case Event.Put put -> name + "=" + text(put.entry());
                            case Event.Delete delete -> name + " deleted";
                        });
            }
        }

        @Override
        public void onProgress(long upTo) {}

        @Override
        public void onCompacted(long compactRevision) {
            compacted = compactRevision;
        }

        @Override
        public void onBroken(StoreException cause) {
            broken = cause;
        }
    }

    @Test
    void aWatchReportsAllChangesInOrder() throws Exception {
        put("a", "before");
        long from = list("", 10, 0).revision() + 1;
        put("a", "1");
        Recorder recorder = new Recorder();
        List<Watch> watches = new ArrayList<>();
        onLoop(() -> watches.add(store().watch(prefix, from, recorder)));
        put("b", "2");
        await(() -> store().commit(Transaction.builder()
                .put(prefix + "c", value("3"))
                .delete(prefix + "a")
                .delete(prefix + "absent")
                .build()));
        awaitUntil(() -> recorder.seen.size() >= 4);
        assertThat(recorder.seen)
                .startsWith("a=1", "b=2")
                .containsOnlyOnce("c=3", "a deleted")
                .hasSize(4);
        onLoop(() -> watches.getFirst().close());
        onLoop(() -> watches.getFirst().close());
        put("d", "unseen");
        Recorder other = new Recorder();
        onLoop(() -> store().watch(prefix, from, other));
        awaitUntil(() -> other.seen.contains("d=unseen"));
        assertThat(recorder.seen).hasSize(4);
        assertThat(recorder.broken).isNull();
    }

    @Test
    void aWatchOfACompactedRevisionSaysSo() throws Exception {
        put("a", "1");
        long from = list("", 10, 0).revision();
        put("a", "2");
        put("a", "3");
        compact();
        Recorder recorder = new Recorder();
        onLoop(() -> store().watch(prefix, from, recorder));
        awaitUntil(() -> recorder.compacted > 0);
        assertThat(recorder.compacted).isGreaterThanOrEqualTo(from);
        assertThat(recorder.seen).isEmpty();
    }

    @Test
    void aLeaseKeepsItsKeysWhileItIsProlonged() throws Exception {
        long lease = await(() -> store().grant(Duration.ofSeconds(5)));
        await(() -> store().commit(Transaction.builder()
                .put(prefix + "leased", value("x"))
                .lease(lease)
                .build()));
        put("plain", "y");
        Recorder recorder = new Recorder();
        long from = list("", 10, 0).revision() + 1;
        onLoop(() -> store().watch(prefix, from, recorder));
        assertThat(await(() -> store().prolong(lease))).isTrue();
        assertThat(keys(list("", 10, 0))).containsExactly("leased", "plain");
        awaitUntil(() -> recorder.seen.contains("leased deleted"));
        assertThat(keys(list("", 10, 0))).containsExactly("plain");
        assertThat(await(() -> store().prolong(lease))).isFalse();
    }
}
