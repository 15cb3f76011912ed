// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import io.culvert.overlay.loop.VirtualLoop;
import io.culvert.overlay.record.Allocation;
import io.culvert.overlay.record.Contents;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Kind;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.RecordException;
import io.culvert.overlay.record.Records;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.MemoryCluster;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** No index is given twice, however many enrollers claim at once. */
class AllocatorTest {
    private static final Instant NOW = Instant.parse("2026-02-01T00:00:00Z");
    private static final Duration REST = Duration.ofDays(270);
    private static final Instant LATER = NOW.plus(REST);

    private final VirtualLoop loop = new VirtualLoop();
    private final MemoryCluster cluster = new MemoryCluster(loop);

    /** A claim whose records are the plain JSON: signatures are the verifier's matter. */
    private record PlainClaim(Pool pool, String node, Instant now, Set<String> seen, Optional<Long> formerIndex)
            implements Claim {
        @Override
        public String network() {
            return Records.NET;
        }

        @Override
        public String memberKey() {
            return Keys.member(Records.NET, node);
        }

        @Override
        public Optional<Entry> member() {
            return Optional.empty();
        }

        @Override
        public Optional<Allocation> read(Entry entry) {
            try {
                return Optional.of((Allocation) Contents.parse(Kind.ALLOCATION, entry.value()));
            } catch (RecordException e) {
                return Optional.empty();
            }
        }

        @Override
        public boolean wasSeen(String key) {
            return seen.contains(key);
        }

        @Override
        public Transaction.Builder write(Transaction.Builder transaction, long index, Optional<Entry> present) {
            Allocation allocation = new Allocation(Records.NET, pool.name(), index, 1, node, now.plus(REST));
            return transaction
                    .put(allocation.key(), allocation.toJson().getBytes(StandardCharsets.UTF_8))
                    .put(memberKey(), (node + " " + index).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Pool pool(String prefix, int nodeLength) {
        return Pool.of("main", Prefix.of(prefix), nodeLength, Optional.empty());
    }

    private CompletableFuture<Long> claim(String client, Pool pool, String node, Instant now) {
        Store store = cluster.client(client, loop);
        return new Allocator(store, new Random(client.hashCode()))
                .claim(new PlainClaim(pool, node, now, Set.of(), Optional.empty()));
    }

    private long claimNow(Pool pool, String node, Instant now) {
        CompletableFuture<Long> claim = claim("one", pool, node, now);
        assertThat(loop.runUntil(claim::isDone, Duration.ofMinutes(10))).isTrue();
        return claim.join();
    }

    private ClaimException failure(Pool pool, String node, Instant now) {
        CompletableFuture<Long> claim = claim("one", pool, node, now);
        assertThat(loop.runUntil(claim::isDone, Duration.ofMinutes(10))).isTrue();
        Throwable failure = claim.exceptionNow();
        return (ClaimException) (failure instanceof ClaimException ? failure : failure.getCause());
    }

    @Test
    void theLowestIndexThatWasNeverGivenIsTaken() {
        Pool pool = pool("10.0.0.0/8", 24);
        assertThat(claimNow(pool, "a", NOW)).isZero();
        assertThat(claimNow(pool, "b", NOW)).isEqualTo(1);
        cluster.delete(Keys.allocation(Records.NET, "main", 0));
        assertThat(claimNow(pool, "c", NOW)).isZero();
    }

    @Test
    void aSingleAddressIsClaimedLikeASubnet() {
        Pool pool = pool("192.0.2.0/29", 32);
        for (int i = 1; i <= 6; i++) {
            assertThat(pool.at(claimNow(pool, "n" + i, NOW))).containsExactly(Prefix.of("192.0.2." + i + "/32"));
        }
        assertThat(failure(pool, "n7", NOW).reason()).isEqualTo(ClaimException.Reason.FULL);
    }

    @Test
    void aFullPoolSaysUntilWhen() {
        Pool pool = pool("10.0.0.0/23", 24);
        claimNow(pool, "a", NOW);
        claimNow(pool, "b", NOW);
        ClaimException full = failure(pool, "c", NOW);
        assertThat(full.reason()).isEqualTo(ClaimException.Reason.FULL);
        assertThat(full).hasMessageContaining("10.0.0.0/23").hasMessageContaining(LATER.toString());
    }

    @Test
    void anIndexRestsBeforeAnotherNodeGetsIt() {
        Pool pool = pool("10.0.0.0/23", 24);
        claimNow(pool, "a", NOW);
        claimNow(pool, "b", NOW);
        cluster.delete(Keys.member(Records.NET, "a"));
        assertThat(failure(pool, "c", LATER.minusSeconds(1)).reason()).isEqualTo(ClaimException.Reason.FULL);
        assertThat(claimNow(pool, "a", NOW)).as("its last node need not wait").isZero();
        cluster.delete(Keys.member(Records.NET, "a"));
        assertThat(claimNow(pool, "c", LATER)).isZero();
        assertThat(claimNow(pool, "d", LATER)).isEqualTo(1);
    }

    @Test
    void aNodeThatComesBackGetsItsFormerIndex() {
        Pool pool = pool("10.0.0.0/16", 24);
        claimNow(pool, "a", NOW);
        claimNow(pool, "b", NOW);
        cluster.delete(Keys.member(Records.NET, "b"));
        for (long former : new long[] {0, 7, 1}) {
            CompletableFuture<Long> claim = new Allocator(cluster.client("one", loop), new Random(1))
                    .claim(new PlainClaim(pool, "b", NOW, Set.of(), Optional.of(former)));
            loop.run(Duration.ofMinutes(1));
            assertThat(claim.join()).as("said to have had %d", former).isEqualTo(former == 1 ? 1 : former == 0 ? 2 : 3);
            cluster.delete(Keys.member(Records.NET, "b"));
        }
    }

    @Test
    void anAllocationThatIsNotBelievedIsNotGiven() {
        Pool pool = pool("10.0.0.0/23", 24);
        cluster.put(Keys.allocation(Records.NET, "main", 0), new byte[] {'x'});
        assertThat(claimNow(pool, "a", LATER)).isEqualTo(1);
        assertThat(failure(pool, "b", LATER).reason()).isEqualTo(ClaimException.Reason.FULL);
    }

    /** A store that withholds an allocation, or lost it, does not make the enroller give the index twice. */
    @Test
    void anAllocationThatWasSeenIsNotGivenAgain() {
        Pool pool = pool("10.0.0.0/23", 24);
        CompletableFuture<Long> claim = new Allocator(cluster.client("one", loop), new Random(1))
                .claim(new PlainClaim(
                        pool, "a", NOW, Set.of(Keys.allocation(Records.NET, "main", 0)), Optional.empty()));
        loop.run(Duration.ofMinutes(1));
        assertThat(claim.join()).isEqualTo(1);
    }

    @Test
    void aMemberIsNotMadeTwice() {
        Pool pool = pool("10.0.0.0/16", 24);
        cluster.put(Keys.member(Records.NET, "a"), new byte[] {'x'});
        assertThat(failure(pool, "a", NOW).reason()).isEqualTo(ClaimException.Reason.MEMBER_CHANGED);
        assertThat(cluster.entries()).hasSize(1);
    }

    /** The answer is lost, and the claim was made. */
    @Test
    void aLostAnswerIsLookedUp() {
        Pool pool = pool("10.0.0.0/16", 24);
        cluster.setAnswersLost(true);
        assertThat(claimNow(pool, "a", NOW)).isZero();
        assertThat(cluster.entries()).hasSize(2);
    }

    @Test
    void manyClaimantsAtOnceGetDifferentIndexes() {
        Laws.check(100, AllocatorTest::claimAtOnce);
    }

    private static void claimAtOnce(Draw draw) {
        VirtualLoop loop = new VirtualLoop();
        MemoryCluster cluster = new MemoryCluster(loop);
        int[] seeds = new int[3];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = draw.integer(0, Integer.MAX_VALUE);
        }
        Random delays = new Random(seeds[0]);
        cluster.delay(() -> Duration.ofMillis(delays.nextInt(50)));
        int bits = draw.integer(0, 6);
        Pool pool = pool("10.0.0.0/" + (24 - bits), 24);
        int claimants = draw.integer(1, 40);
        Map<String, CompletableFuture<Long>> claims = new HashMap<>();
        for (int i = 0; i < claimants; i++) {
            String node = "n" + i;
            Allocator allocator = new Allocator(cluster.client(node, loop), new Random(seeds[1] + i));
            claims.put(node, allocator.claim(new PlainClaim(pool, node, NOW, Set.of(), Optional.empty())));
        }
        boolean answersAreLost = draw.integer(0, 1) == 1;
        if (answersAreLost) {
            loop.run(Duration.ofMillis(seeds[2] % 300));
            cluster.setAnswersLost(true);
            loop.run(Duration.ofMillis(100));
            cluster.setAnswersLost(false);
        }
        assertThat(loop.runUntil(
                        () -> claims.values().stream().allMatch(CompletableFuture::isDone), Duration.ofHours(1)))
                .isTrue();
        Set<Long> given = new HashSet<>();
        List<String> without = new ArrayList<>();
        claims.forEach((node, claim) -> {
            Entry member = cluster.entries().get(Keys.member(Records.NET, node));
            if (claim.isCompletedExceptionally()) {
                without.add(node);
                assertThat(member).isNull();
            } else {
                assertThat(given.add(claim.join())).as("index %d", claim.join()).isTrue();
                assertThat(new String(member.value(), StandardCharsets.UTF_8)).isEqualTo(node + " " + claim.join());
                assertThat(cluster.entries()).containsKey(Keys.allocation(Records.NET, "main", claim.join()));
            }
        });
        assertThat(without).hasSize(Math.max(0, claimants - (1 << bits)));
    }
}
