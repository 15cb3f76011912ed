// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Serves a network's records to its members over HTTPS: {@code /v1/list} gives a {@link Frame page}, and {@code
 * /v1/watch} waits until there are changes and gives them as a batch. A client shows the certificate that etcd has for
 * a node: its CN is NODE.NETWORK, and the node is a member. The relay answers only while the store is heard.
 */
public final class RelayServer implements AutoCloseable {
    static final String LIST = "/v1/list";
    static final String WATCH = "/v1/watch";

    /** How long a request for changes waits for one. */
    static final Duration WAIT = Duration.ofSeconds(25);

    /** Clients that are served at a time; others are refused, and try another relay. */
    private static final int MOST_CLIENTS = 10_000;

    /** How long a request for a listing waits for a revision that the client has seen. */
    private static final Duration CATCH_UP = Duration.ofSeconds(5);

    /** How often it looks meanwhile. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final int BACKLOG = 4096;
    /** The pages of 10,000 records have 6 MB, or 2 MB compressed. */
    private static final int ENCODED_BYTES = 16 << 20;

    private final Loop loop;
    private final String prefix;
    /** What etcd's users of the network end with. */
    private final String suffix;

    private final Members members = new Members();
    private final Replica replica;
    private final Follower follower;
    private final HttpsServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(MOST_CLIENTS);
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong lists = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    /** Many clients ask for the same changes, and for the same pages. */
    private final AnswerCache encoded = new AnswerCache(ENCODED_BYTES);

    /** What changes a batch has: the prefix of their keys, and their revisions. */
    private record Changes(String prefix, long generation, long from, long to) {}

    /** What keys a page has: their prefix, the one before them, how many at most, and the revision. */
    private record Keyed(String prefix, long generation, String after, int limit, long revision) {}

    /** The one or the other, and whether it is compressed. */
    private record Coded(Record answer, boolean isGzip) {}

    /** What a relay has done so far, and does now. */
    public record Counters(int waiting, long lists, long batches, long refused) {}

    /** An answer that is no frame. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;

        Refusal(int status, String message) {
            super(message, null, false, false);
            this.status = status;
        }
    }

    /**
     * Listens, and begins to follow the store.
     *
     * @param address to listen on
     * @param tls the server's certificate, and the CA of its clients
     * @param network its name
     * @param lag how long it may hold a change back, so that many clients take many changes by one request
     * @param log told what happens to the store, one line each; on the loop
     * @throws IOException if the address cannot be listened on
     */
    public RelayServer(
            InetSocketAddress address,
            SSLContext tls,
            Loop loop,
            Store store,
            String network,
            Duration lag,
            Consumer<String> log)
            throws IOException {
        // By default the server closes all but 200 connections that wait for their next request.
        System.setProperty("sun.net.httpserver.maxIdleConnections", Integer.toString(MOST_CLIENTS));
        this.loop = loop;
        prefix = Keys.network(network);
        suffix = "." + network;
        replica = new Replica(lag.dividedBy(2));
        follower = new Follower(loop, store, prefix, replica, lag, log);
        server = HttpsServer.create(address, BACKLOG);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters mutual = tls.getDefaultSSLParameters();
                mutual.setNeedClientAuth(true);
                parameters.setSSLParameters(mutual);
            }
        });
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
        follower.start();
    }

    /** The address that it listens on. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Whether the store was heard of late; only then it answers. Any thread may ask. */
    public boolean isCurrent() {
        return follower.isCurrent();
    }

    /** The store's revision up to which it hands changes on. Any thread may ask. */
    public long revision() {
        return replica.revision();
    }

    /** What it has done. Any thread may ask. */
    public Counters counters() {
        return new Counters(waiting.get(), lists.get(), batches.get(), refused.get());
    }

    private void handle(HttpExchange exchange) throws IOException {
        boolean hasPlace = places.tryAcquire();
        try (exchange) {
            int status = 200;
            byte[] body;
            try {
                if (!hasPlace) {
                    throw new Refusal(503, "the relay serves " + MOST_CLIENTS + " clients already: ask another one");
                }
                boolean isGzip = Gzip.isTaken(exchange.getRequestHeaders().get("Accept-Encoding"));
                body = answer((HttpsExchange) exchange, isGzip);
                if (isGzip) {
                    exchange.getResponseHeaders().set("Content-Encoding", Gzip.NAME);
                }
            } catch (Refusal e) {
                refused.incrementAndGet();
                status = e.status;
                body = e.getMessage().getBytes(StandardCharsets.UTF_8);
            }
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        } finally {
            if (hasPlace) {
                places.release();
            }
        }
    }

    private byte[] answer(HttpsExchange exchange, boolean isGzip) throws Refusal, IOException {
        if (!follower.isCurrent()) {
            throw new Refusal(503, "the relay does not reach the store");
        }
        requireMember(exchange);
        Query query = new Query(exchange.getRequestURI().getRawQuery());
        String wanted = key(query.text("prefix"));
        if (!wanted.startsWith(prefix)) {
            throw new Refusal(403, "this relay serves keys below " + prefix);
        }
        try {
            return switch (exchange.getRequestURI().getPath()) {
                case LIST -> list(wanted, query, isGzip);
                case WATCH -> watch(wanted, query.number("from", 1, Long.MAX_VALUE), isGzip);
                default -> throw new Refusal(404, "expected " + LIST + " or " + WATCH);
            };
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, e.getMessage());
        }
    }

    private void requireMember(HttpsExchange exchange) throws Refusal, IOException {
        String name = Names.commonName(exchange.getSSLSession().getPeerPrincipal());
        String node = name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : "";
        if (!replica.value(prefix + "member/" + node)
                .map(record -> members.isMember(record, loop.now()))
                .orElse(false)) {
            throw new Refusal(403, "the certificate's CN \"" + name + "\" is that of no member of this network");
        }
    }

    private byte[] list(String wanted, Query query, boolean isGzip) throws Refusal {
        long revision = query.number("revision", 0, Long.MAX_VALUE);
        long least = query.number("least", 0, Long.MAX_VALUE);
        requireAsNewAs(least, System.nanoTime() + CATCH_UP.toNanos());
        int limit = (int) query.number("limit", 1, Store.PAGE_LIMIT);
        String after = key(query.text("after"));
        long generation = replica.generation();
        Optional<Page> page = replica.page(wanted, after, limit, revision, least, loop.nanos());
        if (page.isEmpty()) {
            throw new Refusal(410, Long.toString(replica.revision()));
        }
        lists.incrementAndGet();
        Keyed keyed = new Keyed(wanted, generation, after, limit, page.get().revision());
        return encode(new Coded(keyed, isGzip), generation, () -> Frame.of(page.get()));
    }

    private static String key(String text) throws Refusal {
        if (text.length() > Frame.MAX_KEY) {
            throw new Refusal(400, "no key has more than " + Frame.MAX_KEY + " bytes");
        }
        return text;
    }

    /**
     * Waits until the replica has a revision that the client has seen, perhaps by another relay: an older listing would
     * look to it as if the store had been restored from a backup. It has been if it went back from such a revision, or
     * if the store itself, heard since the request came, has none.
     */
    private void requireAsNewAs(long least, long end) throws Refusal {
        long begin = loop.nanos();
        while (true) {
            CompletableFuture<Void> changed = replica.changed();
            if (replica.revision() >= least || replica.lost() >= least || follower.hasHeardSince(begin)) {
                return;
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new Refusal(503, "the relay has revision " + replica.revision() + ", behind " + least);
            }
            await(changed, Math.min(left, LOOK.toNanos()));
        }
    }

    private byte[] watch(String wanted, long from, boolean isGzip) throws Refusal {
        long end = System.nanoTime() + WAIT.toNanos();
        waiting.incrementAndGet();
        try {
            requireAsNewAs(from - 1, end);
            return changes(wanted, from, end, isGzip);
        } finally {
            waiting.decrementAndGet();
        }
    }

    private byte[] changes(String wanted, long from, long end, boolean isGzip) throws Refusal {
        while (true) {
            CompletableFuture<Void> changed = replica.changed();
            long generation = replica.generation();
            Optional<Batch> batch = replica.since(wanted, from);
            if (batch.isEmpty()) {
                throw new Refusal(410, Long.toString(replica.begin()));
            }
            long left = end - System.nanoTime();
            boolean isBehind = batch.get().revision() < from - 1;
            if (!batch.get().events().isEmpty() || left <= 0 || isBehind) {
                batches.incrementAndGet();
                Changes found =
                        new Changes(wanted, generation, from, batch.get().revision());
                return encode(new Coded(found, isGzip), generation, () -> Frame.of(batch.get()));
            }
            await(changed, left);
        }
    }

    private static void await(CompletableFuture<Void> changed, long nanos) throws Refusal {
        try {
            changed.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // The caller looks again.
        } catch (InterruptedException e) {
            throw new Refusal(503, "the relay ends");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What was read while the store began anew may be of either generation, and is nobody else's. */
    private byte[] encode(Coded key, long generation, Supplier<byte[]> frame) {
        Supplier<byte[]> body = key.isGzip ? () -> Gzip.compress(frame.get()) : frame;
        return replica.generation() == generation ? encoded.get(key, body) : body.get();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
        loop.execute(follower::close);
    }
}
