// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.loop.ThreadLoop;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Limits;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Node;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology;
import io.culvert.overlay.record.Topology.Shape;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.EtcdProcess;
import io.culvert.overlay.store.EtcdSettings;
import io.culvert.overlay.store.EtcdStore;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Transaction;
import io.culvert.overlay.trust.Serials;
import io.culvert.overlay.trust.SigningKey;
import io.culvert.overlay.trust.Verifier;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Many agents in one JVM on a real etcd, each with a watch and with signatures of its own: all see who joins. The
 * system properties {@code culvert.overlay.watchers} and {@code culvert.overlay.joins} set how many; the times are
 * printed.
 */
class ManyAgentsTest {
    private static final int WATCHERS = Integer.getInteger("culvert.overlay.watchers", 50);
    private static final int JOINS = Integer.getInteger("culvert.overlay.joins", 5);
    private static final int LOOPS = 4;
    private static final String NET = "net";
    private static final List<Endpoint> ENDPOINTS = List.of(Endpoint.of("192.0.2.1:51820"));

    private final Pool pool = Pool.of("main", Prefix.of("10.64.0.0/10"), 24, Optional.empty());
    private final SigningKey enroller = SigningKey.generate();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final List<ThreadLoop> loops = new ArrayList<>();
    private final List<EtcdStore> stores = new ArrayList<>();
    private final List<Long> arrivals = new CopyOnWriteArrayList<>();
    private final List<Agent> agents = new ArrayList<>();
    private EtcdProcess etcd;
    private volatile CountDownLatch seen = new CountDownLatch(1);
    private volatile Key awaited;

    @BeforeEach
    void start() throws Exception {
        etcd = EtcdProcess.start();
        for (int i = 0; i < LOOPS; i++) {
            ThreadLoop loop = new ThreadLoop("agents-" + i, failures::add);
            loops.add(loop);
            stores.add(EtcdStore.connect(
                    new EtcdSettings(List.of(etcd.client()), Optional.empty(), Optional.empty(), Optional.empty()),
                    loop));
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = 0; i < stores.size(); i++) {
            EtcdStore store = stores.get(i);
            await(i, () -> {
                store.close();
                return CompletableFuture.completedFuture(null);
            });
            loops.get(i).close();
        }
        if (etcd != null) {
            etcd.close();
        }
        assertThat(failures).isEmpty();
    }

    private <T> T await(int loop, Supplier<CompletableFuture<T>> request) throws Exception {
        return CompletableFuture.supplyAsync(request, loops.get(loop)::execute)
                .thenCompose(answer -> answer)
                .get(1, TimeUnit.MINUTES);
    }

    private void put(SigningKey signer, Content... contents) throws Exception {
        Transaction.Builder transaction = Transaction.builder();
        for (Content content : contents) {
            transaction.put(content.key(), signer.sign(content).envelope().encode());
        }
        await(0, () -> stores.getFirst().commit(transaction.build()));
    }

    private Key join(int number, SigningKey identity, Key wireGuard) throws Exception {
        Instant now = Instant.ofEpochSecond(Instant.now().getEpochSecond());
        put(
                enroller,
                new Member(
                        NET,
                        "node-" + number,
                        1,
                        identity.publicKey(),
                        pool.at(number),
                        Map.of(),
                        Role.NODE,
                        now.minusSeconds(1),
                        now.plus(Duration.ofDays(1))));
        put(identity, new Node(NET, "node-" + number, 1, wireGuard, Optional.empty(), ENDPOINTS));
        return wireGuard;
    }

    private void arrived(Key key) {
        if (key.equals(awaited)) {
            arrivals.add(System.nanoTime());
            seen.countDown();
        }
    }

    private Agent agent(int number, SigningKey identity, KeyRotation rotation, Snapshot snapshot) {
        SimulatedHost host = new SimulatedHost(key -> {});
        host.added = this::arrived;
        Serials serials = Serials.inMemory();
        int loop = number % LOOPS;
        return new Agent(
                loops.get(loop),
                stores.get(loop),
                host,
                new AgentOptions(NET, "node-" + number, "wg0", 51820, ENDPOINTS, false),
                new VerifiedRecords(new Verifier(NET, Set.of(enroller.publicKey()), serials), serials),
                content -> identity.sign(content).envelope().encode(),
                new SnapshotStore() {
                    @Override
                    public Optional<Snapshot> load() {
                        return Optional.of(snapshot);
                    }

                    @Override
                    public void save(Snapshot now) {}
                },
                rotation,
                new SplittableRandom(number));
    }

    private Snapshot snapshot() throws Exception {
        List<Entry> entries = new ArrayList<>();
        Page page = await(0, () -> stores.getFirst().list(Keys.network(NET), "", 1000, 0, false));
        entries.addAll(page.entries());
        while (page.more()) {
            String after = entries.getLast().key();
            long revision = page.revision();
            page = await(0, () -> stores.getFirst().list(Keys.network(NET), after, 1000, revision, false));
            entries.addAll(page.entries());
        }
        return new Snapshot(page.revision(), System.currentTimeMillis(), false, entries, Set.of(), Set.of());
    }

    @Test
    void allSeeWhoJoins() throws Exception {
        put(
                enroller,
                new Config(
                        NET,
                        1,
                        List.of(pool),
                        new Topology(Shape.MESH, List.of()),
                        Limits.DEFAULT,
                        List.of(enroller.publicKey())));
        List<SigningKey> identities = new ArrayList<>();
        List<KeyRotation> rotations = new ArrayList<>();
        for (int i = 0; i < WATCHERS; i++) {
            identities.add(SigningKey.generate());
            rotations.add(new KeyRotation(new KeyMemory(loops.getFirst()), new SecureRandom()));
            join(i, identities.get(i), rotations.get(i).current().publicKey());
        }
        Snapshot snapshot = snapshot();
        long begin = System.nanoTime();
        for (int i = 0; i < WATCHERS; i++) {
            Agent agent = agent(i, identities.get(i), rotations.get(i), snapshot);
            agents.add(agent);
            await(i % LOOPS, () -> {
                try {
                    agent.start();
                } catch (IOException e) {
                    return CompletableFuture.failedFuture(e);
                }
                return CompletableFuture.completedFuture(null);
            });
        }
        for (int i = 0; i < WATCHERS; i++) {
            Agent agent = agents.get(i);
            while (!await(
                    i % LOOPS,
                    () -> CompletableFuture.completedFuture(agent.status().isSynced()))) {
                Thread.sleep(10);
            }
            assertThat(agent.status().lists()).isZero();
        }
        report("restart of all with a snapshot", new long[] {System.nanoTime() - begin});

        List<Long> latencies = new ArrayList<>();
        for (int i = 0; i < JOINS; i++) {
            SigningKey identity = SigningKey.generate();
            byte[] key = new byte[Key.BYTES];
            key[0] = (byte) (i + 1);
            key[5] = 7;
            arrivals.clear();
            seen = new CountDownLatch(WATCHERS);
            awaited = new Key(key);
            long joined = System.nanoTime();
            join(WATCHERS + i, identity, awaited);
            assertThat(seen.await(2, TimeUnit.MINUTES))
                    .as("all agents have the new peer")
                    .isTrue();
            arrivals.forEach(time -> latencies.add(time - joined));
        }
        report("a join seen", latencies.stream().mapToLong(Long::longValue).toArray());
    }

    private static void report(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%d agents, %s: p50 %d ms, p99 %d ms, max %d ms%n",
                WATCHERS,
                what,
                nanos[nanos.length / 2] / 1_000_000,
                nanos[(int) (nanos.length * 0.99)] / 1_000_000,
                nanos[nanos.length - 1] / 1_000_000);
    }
}
