// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a relay knows, and what it hands on of it. */
class ReplicaTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Replica replica = new Replica(Duration.ofMillis(500));

    private static Entry entry(String key, long revision) {
        return new Entry(key, new byte[] {(byte) revision}, revision, revision);
    }

    private static Event put(String key, long revision) {
        return new Event.Put(entry(key, revision));
    }

    private static List<String> keys(Optional<Page> page) {
        return page.orElseThrow().entries().stream().map(Entry::key).toList();
    }

    private List<String> changes(long from) {
        return replica.since("/", from).orElseThrow().events().stream()
                .map(event -> (event instanceof Event.Put ? "+" : "-") + event.key() + "@" + event.revision())
                .toList();
    }

    @Test
    void listingIsReadPageByPageAtOneRevision() {
        replica.replace(List.of(entry("/a", 3), entry("/b", 1), entry("/c", 2), entry("/other", 2)), 5);
        Page first = replica.page("/", "", 2, 0, 0, 0).orElseThrow();
        assertThat(first.entries()).extracting(Entry::key).containsExactly("/a", "/b");
        assertThat(first.more()).isTrue();
        assertThat(first.revision()).isEqualTo(5);
        replica.apply(6, List.of(put("/bb", 6)));
        assertThat(keys(replica.page("/", "/b", 2, 5, 0, 1))).containsExactly("/c", "/other");
        assertThat(keys(replica.page("/", "/b", 9, 0, 0, MINUTE))).containsExactly("/bb", "/c", "/other");
        assertThat(keys(replica.page("/b", "", 9, 0, 0, MINUTE))).containsExactly("/b", "/bb");
        assertThat(replica.page("/", "", 9, 4, 0, MINUTE)).isEmpty();
    }

    /** To its reader an older one would look as if the store had been restored from a backup. */
    @Test
    void aListingIsNotOlderThanWhatItsReaderHasSeen() {
        replica.replace(List.of(entry("/a", 1)), 1);
        replica.page("/", "", 9, 0, 0, 0);
        replica.apply(2, List.of(put("/b", 2)));
        assertThat(replica.page("/", "", 9, 0, 1, 1).orElseThrow().revision()).isEqualTo(1);
        assertThat(replica.page("/", "", 9, 0, 2, 1).orElseThrow().revision()).isEqualTo(2);
        assertThat(replica.page("/", "", 9, 0, 50, 1).orElseThrow().revision()).isEqualTo(2);
    }

    /** Many clients that start at once share a listing, and the changes after it reach them by the watch. */
    @Test
    void aListingIsSharedForAMoment() {
        replica.replace(List.of(entry("/a", 1)), 1);
        assertThat(replica.page("/", "", 9, 0, 0, 0).orElseThrow().revision()).isEqualTo(1);
        replica.apply(2, List.of(put("/b", 2)));
        assertThat(replica.page("/", "", 9, 0, 0, 1_000_000).orElseThrow().revision())
                .isEqualTo(1);
        assertThat(changes(2)).containsExactly("+/b@2");
    }

    @Test
    void changesAreThoseSinceTheRevisionAndBelowThePrefix() {
        replica.replace(List.of(entry("/a", 1)), 4);
        replica.apply(7, List.of(put("/b", 5), new Event.Delete("/a", 6), put("/x/c", 7)));
        assertThat(changes(5)).containsExactly("+/b@5", "-/a@6", "+/x/c@7");
        assertThat(changes(7)).containsExactly("+/x/c@7");
        assertThat(changes(8)).isEmpty();
        assertThat(replica.since("/x/", 5).orElseThrow().events()).hasSize(1);
        assertThat(replica.since("/", 4)).as("before the first listing").isEmpty();
    }

    @Test
    void aNewListingCountsAsChanges() {
        replica.replace(List.of(entry("/a", 1), entry("/b", 2)), 4);
        replica.replace(List.of(entry("/b", 6), entry("/c", 7)), 9);
        assertThat(changes(5)).containsExactly("+/b@6", "+/c@7", "-/a@9");
    }

    @Test
    void anOlderStoreBeginsTheHistoryAnew() {
        replica.replace(List.of(entry("/a", 1)), 50);
        replica.page("/", "", 9, 0, 0, 0);
        replica.replace(List.of(entry("/b", 2)), 10);
        assertThat(replica.since("/", 10)).isEmpty();
        assertThat(changes(51)).isEmpty();
        assertThat(keys(replica.page("/", "", 9, 0, 0, 1))).containsExactly("/b");
        assertThat(replica.page("/", "", 9, 50, 0, 1)).isEmpty();
    }

    /** A batch never ends within a revision: a client goes on behind it. */
    @Test
    void batchesEndWithWholeRevisions() {
        replica.replace(List.of(entry("/x", 1)), 1);
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            events.add(put("/k" + i, 2 + i / 7));
        }
        replica.apply(500, events);
        long from = 2;
        int seen = 0;
        while (seen < 3000) {
            Batch batch = replica.since("/", from).orElseThrow();
            assertThat(batch.events()).hasSizeBetween(1, 1006);
            seen += batch.events().size();
            from = batch.revision() + 1;
        }
        assertThat(replica.since("/", from).orElseThrow().revision()).isEqualTo(500);
    }

    @Test
    void oldChangesAreForgotten() {
        replica.replace(List.of(entry("/a", 1)), 1);
        for (int i = 2; i < 60_000; i++) {
            replica.apply(i, List.of(put("/a", i)));
        }
        assertThat(replica.since("/", 2)).isEmpty();
        assertThat(replica.begin()).isBetween(2L, 40_000L);
        assertThat(changes(replica.begin())).first().isEqualTo("+/a@" + replica.begin());
    }

    @Test
    void readersAreWokenByChangesOnly() {
        replica.replace(List.of(entry("/a", 1)), 1);
        CompletableFuture<Void> changed = replica.changed();
        replica.progress(4);
        assertThat(changed).isNotDone();
        assertThat(replica.revision()).isEqualTo(4);
        replica.apply(5, List.of(put("/a", 5)));
        assertThat(changed).isDone();
    }

    /** Whoever may write the store cannot make a relay hand on what no node would take. */
    @Test
    void longKeysAreLeftOutAndLongValuesCut() {
        Entry large = new Entry("/large", new byte[100_000], 2, 2);
        replica.replace(List.of(entry("/" + "k".repeat(600), 1), large), 2);
        Page page = replica.page("/", "", 9, 0, 0, 0).orElseThrow();
        assertThat(page.entries()).singleElement().satisfies(entry -> {
            assertThat(entry.key()).isEqualTo("/large");
            assertThat(entry.value()).hasSize(Frame.MAX_VALUE);
        });
    }
}
