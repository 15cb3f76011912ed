// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.loop.ThreadLoop;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.relay.RelayStore;
import io.culvert.overlay.relay.Tls;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.EtcdStore;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.Transaction;
import io.culvert.overlay.trust.SigningKey;
import io.culvert.overlay.wireguard.PrivateKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The agents, on some threads: those of one thread have a connection to etcd in common, and each has a watch of its
 * own, or a connection of its own to a relay. Called from one thread, which waits for what the loops do.
 */
final class BenchAgents implements AutoCloseable {
    private static final int LOOPS = 4;
    private static final long LIMIT_SECONDS = 600;

    private final BenchOptions options;
    private final BenchEtcd etcd;
    private final SharedRecords verifier;
    private final List<ThreadLoop> loops = new ArrayList<>();
    private final List<EtcdStore> stores = new ArrayList<>();
    private final List<HttpClient> clients = new ArrayList<>();
    private final List<SigningKey> identities = new ArrayList<>();
    private final List<PrivateKey> keys = new ArrayList<>();
    private final List<Agent> agents = new ArrayList<>();
    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final Consumer<Key> added;
    private volatile Throwable failure;

    /**
     * No agents yet.
     *
     * @param added gets the key of each peer that an agent adds; on any loop
     */
    BenchAgents(BenchOptions options, BenchEtcd etcd, Key enrolmentKey, Consumer<Key> added) throws IOException {
        this.options = options;
        this.etcd = etcd;
        this.added = added;
        verifier = new SharedRecords(BenchNetwork.NET, enrolmentKey);
        for (int i = 0; i < LOOPS; i++) {
            ThreadLoop loop = new ThreadLoop("agents-" + i, e -> failure = e);
            loops.add(loop);
            stores.add(EtcdStore.connect(etcd.settings(), loop));
        }
    }

    /** Calls on a loop, and waits for the answer. */
    private <T> T await(int loop, Supplier<CompletableFuture<T>> request) throws Exception {
        if (failure != null) {
            throw new IOException("internal error: " + failure, failure);
        }
        return CompletableFuture.supplyAsync(request, loops.get(loop)::execute)
                .thenCompose(answer -> answer)
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private <T> T call(int number, Callable<T> question) throws Exception {
        return await(number % LOOPS, () -> CompletableFuture.completedFuture(unchecked(question)));
    }

    private static <T> T unchecked(Callable<T> question) {
        try {
            return question.call();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    void commit(Transaction transaction) throws Exception {
        await(0, () -> stores.getFirst().commit(transaction));
    }

    /** Makes all agents members of the network, with the record that each would write itself. */
    void enrol(BenchNetwork network) throws Exception {
        commit(network.configuration());
        List<CompletableFuture<Boolean>> writes = new ArrayList<>();
        for (int number = 0; number < options.nodes(); number++) {
            identities.add(SigningKey.generate());
            keys.add(PrivateKey.random(random));
            Transaction records = network.agent(
                    number, identities.get(number), keys.get(number).publicKey());
            writes.add(CompletableFuture.supplyAsync(() -> stores.getFirst().commit(records), loops.getFirst()::execute)
                    .thenCompose(answer -> answer));
        }
        for (CompletableFuture<Boolean> write : writes) {
            write.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** The store's revision, and all that it has. */
    Snapshot snapshot() throws Exception {
        Store store = new SharedValues(stores.getFirst(), entries);
        List<Entry> found = new ArrayList<>();
        Page page = new Page(List.of(), true, 0);
        while (page.more()) {
            String after = found.isEmpty() ? "" : found.getLast().key();
            long revision = page.revision();
            page = await(0, () -> store.list(Keys.network(BenchNetwork.NET), after, Store.PAGE_LIMIT, revision, false));
            found.addAll(page.entries());
        }
        return new Snapshot(page.revision(), System.currentTimeMillis(), false, found, Set.of(), Set.of());
    }

    /** Starts all agents, and returns when all have their peers and follow the store. */
    void start(Optional<Snapshot> snapshot, List<URI> relays) throws Exception {
        if (!relays.isEmpty() && clients.isEmpty()) {
            for (int i = 0; i < LOOPS; i++) {
                clients.add(HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Store.DEADLINE)
                        .sslContext(Tls.context(etcd.ca(), etcd.clientCertificate(), etcd.clientKey()))
                        .build());
            }
        }
        for (int number = 0; number < options.nodes(); number++) {
            Agent agent = agent(number, snapshot, relays);
            agents.add(agent);
            loops.get(number % LOOPS)
                    .execute(() -> unchecked(() -> {
                        agent.start();
                        return null;
                    }));
        }
        for (int number = 0; number < options.nodes(); number++) {
            Agent agent = agents.get(number);
            while (!call(number, () -> isReady(agent.status()))) {
                Thread.sleep(Duration.ofMillis(10));
            }
        }
    }

    private boolean isReady(AgentStatus status) {
        return status.isSynced() && status.nodes() >= options.nodes() && status.peers() == status.plannedPeers();
    }

    private Agent agent(int number, Optional<Snapshot> snapshot, List<URI> relays) throws IOException {
        ThreadLoop loop = loops.get(number % LOOPS);
        EtcdStore direct = stores.get(number % LOOPS);
        Store store = relays.isEmpty() ? direct : new RelayStore(loop, relays, clients.get(number % LOOPS), direct);
        SigningKey identity = identities.get(number);
        return new Agent(
                loop,
                new SharedValues(store, entries),
                new PeerSet(added),
                new AgentOptions(
                        BenchNetwork.NET, BenchNetwork.name(number), "wg0", 51820, BenchNetwork.ENDPOINTS, false),
                verifier,
                content -> identity.sign(content).envelope().encode(),
                new SnapshotStore() {
                    @Override
                    public Optional<Snapshot> load() {
                        return snapshot;
                    }

                    @Override
                    public void save(Snapshot now) {}
                },
                new KeyRotation(new BenchKeys(keys.get(number)), random),
                new SplittableRandom(number));
    }

    /** How often the agents have listed all records since they were started. */
    long lists() throws Exception {
        long lists = 0;
        for (int number = 0; number < agents.size(); number++) {
            Agent agent = agents.get(number);
            lists += call(number, () -> agent.status().lists());
        }
        return lists;
    }

    /** Ends all agents. */
    void stop() throws Exception {
        for (int number = 0; number < agents.size(); number++) {
            Agent agent = agents.get(number);
            call(number, () -> {
                agent.close();
                return null;
            });
        }
        agents.clear();
    }

    @Override
    public void close() {
        for (int i = 0; i < LOOPS; i++) {
            EtcdStore store = stores.get(i);
            CompletableFuture.runAsync(store::close, loops.get(i)::execute).join();
            loops.get(i).close();
        }
        clients.forEach(HttpClient::shutdownNow);
    }
}
