// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.loop.VirtualLoop;
import io.culvert.overlay.record.Allocation;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Limits;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Records;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.MemoryCluster;
import io.culvert.overlay.trust.Serials;
import io.culvert.overlay.trust.SigningKey;
import io.culvert.overlay.trust.Verifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memberships and addresses over the years of a network. */
class RegistryTest {
    private static final Duration LIFE = Duration.ofDays(Limits.DEFAULT.memberDays());

    private final VirtualLoop loop = new VirtualLoop();
    private final MemoryCluster cluster = new MemoryCluster(loop);
    private final SigningKey key = SigningKey.generate();
    private final Key identity = SigningKey.generate().publicKey();
    private final Serials serials = Serials.inMemory();
    private final Verifier verifier = new Verifier(Records.NET, List.of(key.publicKey()), serials);
    private final Registry registry =
            new Registry(cluster.client("enroller", loop), loop, Records.NET, key, verifier, serials);
    private Config config;

    @BeforeEach
    void init() {
        config = publish(false, "10.0.0.0/23");
    }

    private Config publish(boolean update, String... prefixes) {
        List<Pool> pools = new ArrayList<>();
        for (String prefix : prefixes) {
            pools.add(Pool.of("pool" + pools.size(), Prefix.of(prefix), 24, Optional.empty()));
        }
        Config wanted = new Config(
                Records.NET,
                1,
                pools,
                new Topology(Topology.Shape.MESH, List.of()),
                Limits.DEFAULT,
                List.of(key.publicKey()));
        return done(registry.publish(wanted, update));
    }

    private <T> CompletableFuture<T> ended(CompletableFuture<T> future) {
        assertThat(loop.runUntil(future::isDone, Duration.ofMinutes(10))).isTrue();
        return future;
    }

    private <T> T done(CompletableFuture<T> future) {
        return ended(future).join();
    }

    private String failure(CompletableFuture<?> future) {
        Throwable failure = ended(future).exceptionNow();
        return failure.getCause() == null
                ? failure.getMessage()
                : failure.getCause().getMessage();
    }

    private CompletableFuture<Member> enrol(String node) {
        return registry.enrol(config, new Registry.Applicant(node, identity, Map.of(), Role.NODE));
    }

    private CompletableFuture<Member> change(String node, Registry.Change change) {
        return registry.change(config, node, change);
    }

    private Allocation allocation(long index) throws Exception {
        Entry entry = cluster.entries().get(Keys.allocation(Records.NET, "pool0", index));
        return verifier.allocation(entry.key(), entry.value(), config).content();
    }

    @Test
    void anIndexIsKeptForTwiceALifeAfterTheMembership() throws Exception {
        Member member = done(enrol("a"));
        assertThat(member.notAfter()).isEqualTo(VirtualLoop.START.plus(LIFE));
        assertThat(allocation(0).freeAfter()).isEqualTo(member.notAfter().plus(LIFE.multipliedBy(2)));
        loop.run(Duration.ofDays(30));
        Member renewed = done(change("a", Registry.Change.RENEW));
        assertThat(renewed.notAfter()).isEqualTo(VirtualLoop.START.plus(LIFE).plus(Duration.ofDays(30)));
        assertThat(allocation(0).freeAfter()).isEqualTo(renewed.notAfter().plus(LIFE.multipliedBy(2)));
        Instant now = loop.now();
        Member revoked = done(change("a", Registry.Change.REVOKE));
        assertThat(revoked.role()).isEqualTo(Role.REVOKED);
        assertThat(revoked.serial()).isGreaterThan(renewed.serial());
        assertThat(allocation(0).freeAfter()).isEqualTo(now.plus(LIFE.multipliedBy(2)));
    }

    /** However nodes come and go, a prefix changes hands only after its rest. */
    @Test
    void aPrefixChangesHandsAfterItsRest() {
        Prefix first = done(enrol("a")).prefixes().getFirst();
        done(enrol("b"));
        assertThat(failure(enrol("c"))).contains("10.0.0.0/23", "revoke");
        done(change("a", Registry.Change.REVOKE));
        assertThat(failure(enrol("c"))).contains("rest");
        loop.run(LIFE.multipliedBy(2).minusSeconds(60));
        assertThat(failure(enrol("c"))).contains("rest");
        loop.run(Duration.ofSeconds(61));
        assertThat(done(enrol("c")).prefixes()).containsExactly(first);
        assertThat(failure(enrol("a"))).contains("no free prefix");
        loop.run(LIFE);
        assertThat(done(enrol("a")).prefixes())
                .as("that of b, whose membership was over for long")
                .containsExactly(Prefix.of("10.0.1.0/24"));
    }

    @Test
    void aMembershipThatIsOverGetsItsPrefixAgain() {
        Member first = done(enrol("a"));
        done(enrol("b"));
        assertThat(failure(enrol("a"))).contains("already", "renew");
        loop.run(LIFE.plusDays(1));
        Member second = done(enrol("a"));
        assertThat(second.prefixes()).isEqualTo(first.prefixes());
        assertThat(second.serial()).isGreaterThan(first.serial());
    }

    @Test
    void theNextPoolIsTakenWhenTheFirstIsFull() {
        done(enrol("a"));
        done(enrol("b"));
        config = publish(true, "10.0.0.0/23", "10.9.0.0/16");
        assertThat(done(enrol("c")).prefixes()).containsExactly(Prefix.of("10.9.0.0/24"));
    }

    @Test
    void recordsOfFormerMembersAreDeletedInTheEnd() {
        Member member = done(enrol("a"));
        cluster.put(Keys.node(Records.NET, "a"), new byte[] {1});
        Entry entry = cluster.entries().get(member.key());
        loop.run(LIFE.multipliedBy(3).minusSeconds(60));
        assertThat(registry.isForgotten(config, member)).isFalse();
        loop.run(Duration.ofSeconds(60));
        assertThat(registry.isForgotten(config, member)).isTrue();
        done(registry.forget(member, entry));
        assertThat(cluster.entries()).doesNotContainKeys(member.key(), Keys.node(Records.NET, "a"));
        assertThat(done(enrol("a")).prefixes())
                .as("one that was never given")
                .containsExactly(Prefix.of("10.0.1.0/24"));
    }

    @Test
    void twoEnrollersDoNotOverwriteEachOther() {
        done(enrol("a"));
        CompletableFuture<Member> one = change("a", Registry.Change.RENEW);
        Registry other =
                new Registry(cluster.client("other", loop), loop, Records.NET, key, verifier, Serials.inMemory());
        CompletableFuture<Member> two = other.change(config, "a", Registry.Change.REVOKE);
        assertThat(done(one).role()).isEqualTo(Role.NODE);
        assertThat(failure(two)).contains("another enroller", "try again");
    }

    @Test
    void aConfigurationIsMadeOnceAndChangedByUpdate() {
        Config again = config;
        assertThat(failure(registry.publish(again, false))).contains("already");
        long before = config.serial();
        assertThat(publish(true, "10.0.0.0/23").serial()).isGreaterThan(before);
        cluster.delete(Keys.config(Records.NET));
        assertThat(failure(registry.publish(again, true))).contains("init");
        assertThat(failure(registry.config())).contains("init");
    }

    /** The store was restored, or taken over: the enroller does not go on from an older configuration. */
    @Test
    void anOlderConfigurationIsNotBelieved() {
        MemoryCluster.Backup backup = cluster.backup();
        publish(true, "10.0.0.0/23");
        cluster.restore(backup);
        assertThat(failure(registry.config())).contains("serial_went_back", "backup");
    }
}
