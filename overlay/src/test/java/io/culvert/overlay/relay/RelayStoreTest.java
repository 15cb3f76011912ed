// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.overlay.loop.ThreadLoop;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.store.MemoryCluster;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.store.StoreContract;
import io.culvert.overlay.store.StoreException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that is read through a relay keeps the contract, but for one thing: what was just written is there once the
 * relay has heard of it. So each request of these tests waits until it has.
 */
class RelayStoreTest extends StoreContract {
    private static final long SECONDS = 30;

    @TempDir
    private static Path directory;

    private static SSLContext server;
    private static SSLContext node;

    private final List<Throwable> failures = new ArrayList<>();
    private final ThreadLoop loop = new ThreadLoop("relay-store-test", failures::add);
    private final MemoryCluster cluster = new MemoryCluster(loop);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(node)
            .build();
    private RelayServer relay;
    private Store store;

    @BeforeAll
    static void makeCertificates() throws Exception {
        assumeTrue(TestCertificates.canBeMade(), "missing: openssl");
        TestCertificates certificates = new TestCertificates(directory);
        server = certificates.context("relay");
        node = certificates.context("node.net");
    }

    @BeforeEach
    void start() throws Exception {
        onLoop(() -> cluster.put(Keys.member("net", "node"), RelayTest.member()));
        startRelay(0);
        URI url = URI.create("https://127.0.0.1:" + relay.address().getPort());
        store = new RelayStore(loop, List.of(url), http, cluster.client("direct", loop));
    }

    private void startRelay(int port) throws Exception {
        relay = new RelayServer(
                new InetSocketAddress("127.0.0.1", port),
                server,
                loop,
                cluster.client("relay", loop),
                "net",
                Duration.ZERO,
                line -> {});
    }

    @AfterEach
    void stop() {
        relay.close();
        http.shutdownNow();
        loop.close();
        assertThat(failures).isEmpty();
    }

    @Override
    protected String root() {
        return Keys.network("net") + "test/";
    }

    @Override
    protected Store store() {
        return store;
    }

    @Override
    protected <T> T await(Supplier<CompletableFuture<T>> request) throws StoreException {
        try {
            awaitRelay();
            return CompletableFuture.supplyAsync(request, loop::execute)
                    .thenCompose(answer -> answer)
                    .get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) {
                throw failure;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitRelay() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long revision =
                CompletableFuture.supplyAsync(cluster::revision, loop::execute).join();
        while (relay.revision() < revision) {
            assertThat(System.nanoTime()).as("the relay follows the store").isLessThan(end);
            Thread.sleep(1);
        }
    }

    @Override
    protected void onLoop(Runnable action) {
        CompletableFuture.runAsync(action, loop::execute).join();
    }

    @Override
    protected void awaitUntil(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!CompletableFuture.supplyAsync(condition::getAsBoolean, loop::execute)
                .join()) {
            assertThat(System.nanoTime()).as("it holds in the end").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /** A relay has the changes since its own start. */
    @Override
    protected void compact() throws Exception {
        int port = relay.address().getPort();
        relay.close();
        onLoop(cluster::compact);
        startRelay(port);
    }
}
