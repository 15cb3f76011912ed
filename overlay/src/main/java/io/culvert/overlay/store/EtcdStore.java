// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import io.culvert.overlay.loop.Loop;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.PutOption;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** etcd as the store, by jetcd. Its network threads only hand over to the loop. */
public final class EtcdStore implements Store {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration KEEPALIVE = Duration.ofSeconds(10);

    private final EtcdSettings settings;
    private final Loop loop;
    private final Client client;
    private final List<EtcdWatch> watches = new ArrayList<>();

    private EtcdStore(EtcdSettings settings, Loop loop, Client client) {
        this.settings = settings;
        this.loop = loop;
        this.client = client;
    }

    /**
     * A client, which connects at its first request.
     *
     * @throws IOException if a certificate or key cannot be read; the message says which
     */
    public static EtcdStore connect(EtcdSettings settings, Loop loop) throws IOException {
        ClientBuilder builder = Client.builder()
                .endpoints(settings.endpoints())
                .connectTimeout(CONNECT_TIMEOUT)
                // Longer than an election takes; after that the caller decides when to try again.
                .retryMaxDuration(CONNECT_TIMEOUT)
                .keepaliveTime(KEEPALIVE)
                .keepaliveTimeout(CONNECT_TIMEOUT)
                // A request that waits for a connection would not say why there is none.
                .waitForReady(false);
        if (settings.isTls()) {
            try {
                builder.sslContext(tls -> secure(tls, settings));
            } catch (SSLException | IllegalArgumentException e) {
                String reason =
                        e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
                throw new IOException("the certificates for etcd cannot be used: " + e.getMessage() + " (" + reason
                        + "); they are PEM files, and the key is in PKCS #8");
            }
        }
        return new EtcdStore(settings, loop, builder.build());
    }

    private static void secure(SslContextBuilder tls, EtcdSettings settings) {
        settings.authority().ifPresent(file -> tls.trustManager(file.toFile()));
        settings.certificate()
                .ifPresent(file -> tls.keyManager(
                        file.toFile(), settings.certificateKey().orElse(file).toFile()));
    }

    static ByteSequence bytes(String key) {
        return ByteSequence.from(key, StandardCharsets.UTF_8);
    }

    static Entry entry(KeyValue pair) {
        return new Entry(
                pair.getKey().toString(StandardCharsets.UTF_8),
                pair.getValue().getBytes(),
                pair.getCreateRevision(),
                pair.getModRevision());
    }

    @Override
    public CompletableFuture<Page> list(String prefix, String after, int limit, long revision, boolean serializable) {
        if (prefix.isEmpty() || limit < 1 || limit > PAGE_LIMIT) {
            throw new IllegalArgumentException("a prefix, and a limit of 1 to " + PAGE_LIMIT + ", not " + limit);
        }
        GetOption option = GetOption.builder()
                .withRange(OptionsUtil.prefixEndOf(bytes(prefix)))
                .withLimit(limit)
                .withRevision(revision)
                .withSerializable(serializable)
                .build();
        // The key that follows immediately: ranges begin with their first key.
        ByteSequence first = bytes(after.isEmpty() ? prefix : after + "\0");
        return ask(
                () -> client.getKVClient().get(first, option),
                found -> new Page(
                        found.getKvs().stream().map(EtcdStore::entry).toList(),
                        found.isMore(),
                        revision > 0 ? revision : found.getHeader().getRevision()));
    }

    @Override
    public CompletableFuture<Optional<Entry>> get(String key) {
        Function<GetResponse, Optional<Entry>> first =
                found -> found.getKvs().stream().map(EtcdStore::entry).findFirst();
        return ask(() -> client.getKVClient().get(bytes(key)), first);
    }

    @Override
    public CompletableFuture<Boolean> commit(Transaction transaction) {
        Cmp[] conditions = transaction.conditions().stream()
                .map(condition -> switch (condition) {
                    case Transaction.Condition.Absent absent ->
                        new Cmp(bytes(absent.key()), Cmp.Op.EQUAL, CmpTarget.createRevision(0));
                    case Transaction.Condition.Unchanged unchanged ->
                        new Cmp(bytes(unchanged.key()), Cmp.Op.EQUAL, CmpTarget.modRevision(unchanged.modRevision()));
                })
                .toArray(Cmp[]::new);
        PutOption option = PutOption.builder().withLeaseId(transaction.lease()).build();
        List<Op> writes = new ArrayList<>();
        transaction.puts().forEach(put -> writes.add(Op.put(bytes(put.key()), ByteSequence.from(put.value()), option)));
        transaction.deletes().forEach(key -> writes.add(Op.delete(bytes(key), DeleteOption.DEFAULT)));
        return ask(
                () -> client.getKVClient()
                        .txn()
                        .If(conditions)
                        .Then(writes.toArray(Op[]::new))
                        .commit(),
                TxnResponse::isSucceeded);
    }

    @Override
    public CompletableFuture<Long> grant(Duration ttl) {
        return ask(() -> client.getLeaseClient().grant(ttl.toSeconds()), granted -> granted.getID());
    }

    @Override
    public CompletableFuture<Boolean> prolong(long lease) {
        return ask(() -> client.getLeaseClient().keepAliveOnce(lease), kept -> kept.getTTL() > 0)
                .exceptionallyCompose(failure -> EtcdErrors.isLeaseGone(failure)
                        ? CompletableFuture.completedFuture(false)
                        : CompletableFuture.failedFuture(failure));
    }

    /** Sends a request; the answer, the failure or the deadline completes the future on the loop. */
    private <A, R> CompletableFuture<R> ask(Supplier<CompletableFuture<A>> request, Function<A, R> answer) {
        CompletableFuture<R> result = new CompletableFuture<>();
        Loop.Timer deadline = loop.schedule(() -> result.completeExceptionally(EtcdErrors.timeout(settings)), DEADLINE);
        try {
            request.get()
                    .whenComplete((found, failure) -> loop.execute(() -> {
                        deadline.cancel();
                        if (failure != null) {
                            result.completeExceptionally(EtcdErrors.of(failure, settings));
                        } else {
                            result.complete(answer.apply(found));
                        }
                    }));
        } catch (RuntimeException e) {
            deadline.cancel();
            result.completeExceptionally(EtcdErrors.of(e, settings));
        }
        return result;
    }

    @Override
    public Watch watch(String prefix, long fromRevision, WatchListener listener) {
        EtcdWatch watch = new EtcdWatch(loop, settings, listener, fromRevision, watches::remove);
        watches.add(watch);
        watch.start(client.getWatchClient(), bytes(prefix));
        return watch;
    }

    @Override
    public void close() {
        List.copyOf(watches).forEach(EtcdWatch::close);
        client.close();
    }
}
