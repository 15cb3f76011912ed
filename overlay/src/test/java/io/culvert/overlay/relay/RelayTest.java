// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.culvert.overlay.loop.ThreadLoop;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.store.Entry;
import io.culvert.overlay.store.Event;
import io.culvert.overlay.store.MemoryCluster;
import io.culvert.overlay.store.Page;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.StoreException;
import io.culvert.overlay.store.StoreException.Kind;
import io.culvert.overlay.store.Transaction;
import io.culvert.overlay.store.Watch;
import io.culvert.overlay.store.WatchListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Relays and their clients over HTTPS, on a store in memory. */
class RelayTest {
    private static final String NET = Keys.network("net");
    private static final long SECONDS = 30;
    private static final Duration LAG = Duration.ofSeconds(1);

    @TempDir
    private static Path directory;

    private static SSLContext server;
    private static SSLContext node;
    private static SSLContext other;

    private final ThreadLoop loop = new ThreadLoop("relay-test", Throwable::printStackTrace);
    private final MemoryCluster cluster = new MemoryCluster(loop);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

    @BeforeAll
    static void makeCertificates() throws Exception {
        assumeTrue(TestCertificates.canBeMade(), "missing: openssl");
        TestCertificates certificates = new TestCertificates(directory);
        server = certificates.context("relay");
        node = certificates.context("node.net");
        other = certificates.context("other.net");
    }

    @BeforeEach
    void fill() throws Exception {
        onLoop(() -> {
            cluster.put(Keys.member("net", "node"), member());
            cluster.put(NET + "node/a", value("1"));
            return null;
        });
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
        loop.close();
    }

    private static byte[] value(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The record of a member. */
    static byte[] member() {
        return member(Role.NODE);
    }

    /** A relay looks at the role and the validity, not at the signature. */
    private static byte[] member(Role role) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Key key = new Key(new byte[32]);
        Member member = new Member(
                "net",
                "node",
                1,
                key,
                List.of(Prefix.of("10.64.1.0/24")),
                Map.of(),
                role,
                now.minusSeconds(60),
                now.plusSeconds(3600));
        return new Envelope(value(member.toJson()), key, new byte[64]).encode();
    }

    private <T> T onLoop(Supplier<T> action) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(action.get()));
        return result.get(SECONDS, TimeUnit.SECONDS);
    }

    private <T> T await(Supplier<CompletableFuture<T>> request) throws Exception {
        try {
            return onLoop(request).get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StoreException cause ? cause : e;
        }
    }

    private RelayServer relay() throws Exception {
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        RelayServer relay = new RelayServer(any, server, loop, cluster.client("relay", loop), "net", LAG, line -> {});
        opened.add(relay);
        awaitRevision(relay);
        return relay;
    }

    private void awaitRevision(RelayServer relay) throws Exception {
        long revision = onLoop(cluster::revision);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (relay.revision() < revision) {
            assertThat(System.nanoTime()).as("the relay follows the store").isLessThan(end);
            Thread.sleep(5);
        }
    }

    private Store client(SSLContext tls, RelayServer... relays) {
        return client(
                tls,
                List.of(relays).stream().map(relay -> relay.address().getPort()).toList());
    }

    private Store client(SSLContext tls, List<Integer> ports) {
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .build();
        List<URI> urls = ports.stream()
                .map(port -> URI.create("https://127.0.0.1:" + port))
                .toList();
        opened.add(http::shutdownNow);
        return new RelayStore(loop, urls, http, cluster.client("direct", loop));
    }

    private Page list(Store store, String after, int limit, long revision) throws Exception {
        return await(() -> store.list(NET, after, limit, revision, false));
    }

    private void put(String key, String text) throws Exception {
        onLoop(() -> {
            cluster.put(NET + key, value(text));
            return null;
        });
    }

    private void watch(Store store, long from) throws Exception {
        Watch watch = onLoop(() -> store.watch(NET, from, new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                events.forEach(event -> calls.add((event instanceof Event.Put ? "+" : "-")
                        + event.key().substring(NET.length()) + "@" + (event.revision() - from)));
            }

            @Override
            public void onProgress(long revision) {
                calls.add("progress " + (revision - from));
            }

            @Override
            public void onCompacted(long compactRevision) {
                calls.add("compacted");
            }

            @Override
            public void onBroken(StoreException cause) {
                calls.add(cause.kind().toString());
            }
        }));
        opened.add(() -> onLoop(() -> {
            watch.close();
            return null;
        }));
    }

    private String nextCall() throws InterruptedException {
        return calls.poll(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void keysAreListedPageByPage() throws Exception {
        put("node/b", "2");
        Store store = client(node, relay());
        Page first = list(store, "", 2, 0);
        assertThat(first.entries()).extracting(Entry::key).containsExactly(NET + "member/node", NET + "node/a");
        assertThat(first.more()).isTrue();
        Page second = list(store, NET + "node/a", 2, first.revision());
        assertThat(second.entries()).extracting(Entry::key).containsExactly(NET + "node/b");
        assertThat(second.entries().getFirst().value()).isEqualTo(value("2"));
        assertThat(second.more()).isFalse();
        Optional<Entry> one = await(() -> store.get(NET + "node/b"));
        assertThat(one).isPresent();
        assertThat(await(() -> store.get(NET + "node/"))).isEmpty();
        assertThatThrownBy(() -> list(store, "", 2, first.revision() - 1))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.COMPACTED));
    }

    @Test
    void changesArriveInOrderAndWritesGoToTheStore() throws Exception {
        Store store = client(node, relay());
        long next = list(store, "", 9, 0).revision() + 1;
        watch(store, next);
        Transaction write =
                Transaction.builder().put(NET + "node/node", value("x")).build();
        assertThat(await(() -> store.commit(write))).isTrue();
        onLoop(() -> {
            cluster.delete(NET + "node/a");
            return null;
        });
        assertThat(nextCall()).isEqualTo("+node/node@0");
        assertThat(nextCall()).isEqualTo("-node/a@1");
    }

    /** The client of a relay that has no changes so old lists again, as with the store itself. */
    @Test
    void changesBeforeTheRelayBeganAreCompacted() throws Exception {
        RelayServer relay = relay();
        watch(client(node, relay), 1);
        assertThat(nextCall()).isEqualTo("compacted");
    }

    @Test
    void onlyMembersAreServed() throws Exception {
        RelayServer relay = relay();
        assertThatThrownBy(() -> list(client(other, relay), "", 9, 0))
                .isInstanceOfSatisfying(StoreException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.REFUSED);
                    assertThat(e).hasMessageContaining("\"other.net\" is that of no member");
                });
        Store store = client(node, relay);
        assertThatThrownBy(() -> await(() -> store.list("/culvert/v1/net/foreign/", "", 9, 0, false)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED));
        onLoop(() -> {
            cluster.put(Keys.member("net", "node"), member(Role.REVOKED));
            return null;
        });
        awaitRevision(relay);
        assertThatThrownBy(() -> list(store, "", 9, 0))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED));
    }

    @Test
    void theNextRelayIsAskedWhenOneEnds() throws Exception {
        RelayServer first = relay();
        RelayServer second = relay();
        Store store = client(node, first, second);
        first.close();
        Page page = null;
        for (int tries = 0; page == null && tries < 3; tries++) {
            try {
                page = list(store, "", 9, 0);
            } catch (StoreException e) {
                assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
            }
        }
        assertThat(page).isNotNull();
        assertThat(page.entries()).hasSize(2);
    }

    /** What a client knows from one relay, another one must have too: it is not to look like a restored store. */
    @Test
    void aRelayThatIsBehindDoesNotAnswerBeforeItHasCaughtUp() throws Exception {
        RelayServer relay = relay();
        Store store = client(node, relay);
        long next = list(store, "", 9, 0).revision() + 2;
        watch(store, next);
        put("node/b", "2");
        put("node/c", "3");
        assertThat(nextCall()).isEqualTo("+node/c@0");
    }

    @Test
    void aRestoredStoreIsToldByItsLowerRevision() throws Exception {
        MemoryCluster.Backup backup = onLoop(cluster::backup);
        put("node/b", "2");
        RelayServer relay = relay();
        Store store = client(node, relay);
        long next = list(store, "", 9, 0).revision() + 1;
        onLoop(() -> {
            cluster.restore(backup);
            return null;
        });
        watch(store, next);
        String call = nextCall();
        assertThat(call).isIn("progress -2", "compacted");
        assertThat(list(store, "", 9, 0).entries()).extracting(Entry::key).doesNotContain(NET + "node/b");
    }

    @Test
    void aRelayWithoutItsStoreSaysSo() throws Exception {
        onLoop(() -> {
            cluster.setDown(true);
            return null;
        });
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        RelayServer relay = new RelayServer(any, server, loop, cluster.client("relay", loop), "net", LAG, line -> {});
        opened.add(relay);
        assertThat(relay.isCurrent()).isFalse();
        assertThatThrownBy(() -> list(client(node, relay), "", 9, 0))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining("the relay does not reach the store");
    }

    /** A page of records takes a third of the bytes; who does not ask for that gets it as it is. */
    @Test
    void answersAreCompressedForThoseWhoTakeThat() throws Exception {
        RelayServer relay = relay();
        byte[] plain = ask(relay, "identity").body();
        HttpResponse<byte[]> compressed = ask(relay, "gzip");
        assertThat(compressed.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(Frame.of(Frame.page(plain))).isEqualTo(plain);
        assertThat(Gzip.expand(compressed.body(), Frame.MAX_BYTES)).isEqualTo(plain);
    }

    private HttpResponse<byte[]> ask(RelayServer relay, String coding) throws Exception {
        URI page = URI.create("https://127.0.0.1:" + relay.address().getPort() + "/v1/list?limit=9&least=0&revision=0"
                + "&prefix=" + NET);
        try (HttpClient client = HttpClient.newBuilder().sslContext(node).build()) {
            HttpRequest request = HttpRequest.newBuilder(page)
                    .header("Accept-Encoding", coding)
                    .build();
            return client.send(request, BodyHandlers.ofByteArray());
        }
    }

    /** A relay that was taken over answers with what would fill the memory of its clients. */
    @Test
    void anAnswerThatExpandsWithoutEndIsRefused() throws Exception {
        byte[] bomb = Gzip.compress(new byte[Frame.MAX_BYTES + 1]);
        HttpsServer hostile = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        opened.add(() -> hostile.stop(0));
        hostile.setHttpsConfigurator(new HttpsConfigurator(server));
        hostile.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, bomb.length);
            exchange.getResponseBody().write(bomb);
            exchange.close();
        });
        hostile.start();
        Store store = client(node, List.of(hostile.getAddress().getPort()));
        assertThatThrownBy(() -> list(store, "", 9, 0))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining("expands to more than " + Frame.MAX_BYTES);
    }

    @Test
    void unusableFilesAreNamed() {
        Path missing = directory.resolve("none.pem");
        assertThatThrownBy(() -> Tls.context(missing, missing, missing))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.pem");
        Path ca = directory.resolve("ca.pem");
        assertThatThrownBy(() -> Tls.context(ca, ca, ca))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected a key in PKCS #8");
    }
}
