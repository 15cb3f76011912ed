// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.agent.KeyRotation.Named;
import io.culvert.overlay.agent.KeyStore.Place;
import io.culvert.overlay.loop.VirtualLoop;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRotationTest {
    private static final int DAYS = 30;

    private final VirtualLoop loop = new VirtualLoop();
    private final KeyMemory store = new KeyMemory(loop);
    private KeyRotation rotation = open(store);
    private long serial;
    private Node stored;

    @TempDir
    Path directory;

    private static KeyRotation open(KeyStore store) {
        try {
            return new KeyRotation(store, new SecureRandom());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Named wanted() throws IOException {
        return rotation.wanted(loop.nanos(), loop.now().toEpochMilli(), DAYS);
    }

    /** Commits what is wanted; the interface changes its key or not. */
    private boolean publish() throws IOException {
        commit();
        return rotation.published(stored, loop.nanos());
    }

    private void commit() throws IOException {
        Named named = wanted();
        stored = new Node("net", "a", ++serial, named.wireGuard(), named.next(), List.of());
    }

    private Key current() {
        return rotation.current().publicKey();
    }

    @Test
    void keyChangesInThreeSteps() throws Exception {
        Key first = current();
        assertThat(publish()).isFalse();
        assertThat(wanted()).isEqualTo(new Named(first, Optional.empty()));

        loop.run(Duration.ofDays(33));
        Key second = wanted().next().orElseThrow();
        assertThat(publish()).isFalse();
        assertThat(stored.wireGuard()).isEqualTo(first);
        loop.run(KeyRotation.STEP.minusSeconds(1));
        assertThat(wanted()).isEqualTo(new Named(first, Optional.of(second)));

        loop.run(Duration.ofSeconds(1));
        assertThat(wanted()).isEqualTo(new Named(second, Optional.of(first)));
        assertThat(current()).isEqualTo(first);
        assertThat(publish()).isTrue();
        assertThat(current()).isEqualTo(second);
        loop.run(KeyRotation.STEP.minusSeconds(1));
        assertThat(wanted()).isEqualTo(new Named(second, Optional.of(first)));

        loop.run(Duration.ofSeconds(1));
        assertThat(publish()).isFalse();
        assertThat(stored.next()).isEmpty();
        assertThat(rotation.isChanging()).isFalse();
        assertThat(store.load(Place.PREVIOUS)).isEmpty();
        assertThat(current()).isEqualTo(second);
    }

    /** The next key must not be used before peers had the time to learn of it. */
    @Test
    void timeCountsFromPublication() throws Exception {
        loop.run(Duration.ofDays(33));
        Key next = wanted().next().orElseThrow();
        loop.run(Duration.ofHours(5)); // The store is out of reach.
        assertThat(wanted().wireGuard()).isEqualTo(current());
        publish();
        assertThat(wanted().wireGuard()).isEqualTo(current());
        loop.run(KeyRotation.STEP);
        assertThat(wanted().wireGuard()).isEqualTo(next);
    }

    @Test
    void crashAfterTheCommitIsMadeUpFor() throws Exception {
        loop.run(Duration.ofDays(33));
        publish();
        loop.run(KeyRotation.STEP);
        commit();
        Key next = stored.wireGuard();
        rotation = open(store);
        assertThat(current()).isNotEqualTo(next);
        assertThat(rotation.published(stored, loop.nanos())).isTrue();
        assertThat(current()).isEqualTo(next);
    }

    @Test
    void crashBetweenTheMovesIsMadeUpFor() throws Exception {
        loop.run(Duration.ofDays(33));
        Key next = wanted().next().orElseThrow();
        store.move(Place.CURRENT, Place.PREVIOUS);
        rotation = open(store);
        assertThat(current()).isEqualTo(next);
        assertThat(rotation.isChanging()).isTrue();
    }

    @Test
    void nodesDoNotChangeTogether() throws Exception {
        long early = 0;
        for (int i = 0; i < 200; i++) {
            VirtualLoop clock = new VirtualLoop();
            KeyRotation one = open(new KeyMemory(clock));
            clock.run(Duration.ofDays(27).minusSeconds(1));
            assertThat(one.wanted(0, clock.now().toEpochMilli(), DAYS).next()).isEmpty();
            clock.run(Duration.ofDays(3));
            early += one.wanted(0, clock.now().toEpochMilli(), DAYS).next().isPresent() ? 1 : 0;
            clock.run(Duration.ofDays(3).plusSeconds(1));
            assertThat(one.wanted(0, clock.now().toEpochMilli(), DAYS).next()).isPresent();
        }
        assertThat(early).isBetween(50L, 150L);
    }

    @Test
    void zeroDaysMeansNever() throws Exception {
        loop.run(Duration.ofDays(3660));
        assertThat(rotation.wanted(0, loop.now().toEpochMilli(), 0).next()).isEmpty();
    }

    @Test
    void filesKeepTheKeys() throws Exception {
        KeyFiles files = new KeyFiles(directory);
        rotation = open(files);
        Key first = current();
        rotation.begin();
        publish();
        loop.run(KeyRotation.STEP);
        assertThat(publish()).isTrue();
        Key second = current();
        assertThat(second).isNotEqualTo(first);
        rotation = open(files);
        assertThat(current()).isEqualTo(second);
        assertThat(rotation.isOwn(first)).isTrue();
        rotation.published(stored, loop.nanos());
        loop.run(KeyRotation.STEP);
        publish();
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(directory.resolve("wireguard-current.key"));
        }
    }
}
