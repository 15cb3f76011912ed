// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.culvert.daemon.metrics.Answers.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Gives the {@link Answers} over HTTP on a TCP port. The cost of slow and malicious clients is bounded: connections,
 * queued requests, and the size and duration of each request are limited. Thread-safe.
 */
final class MetricsServer implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int MAX_QUEUED = 16;

    static {
        // The JDK's server reads its limits from system properties when it is loaded; times in seconds, sizes in bytes.
        System.setProperty("jdk.httpserver.maxConnections", "64");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "16");
        System.setProperty("sun.net.httpserver.idleInterval", "10");
        System.setProperty("sun.net.httpserver.maxReqTime", "5");
        // With the time to make the answer, which a busy machine may need much of.
        System.setProperty("sun.net.httpserver.maxRspTime", "30");
        System.setProperty("sun.net.httpserver.maxReqHeaderSize", "16384");
        System.setProperty("sun.net.httpserver.drainAmount", "1024");
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final Answers answers;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(MAX_QUEUED), MetricsServer::thread);

    /**
     * Starts the server.
     *
     * @throws IOException if the address is not local or the port is in use
     */
    MetricsServer(InetSocketAddress address, Answers answers) throws IOException {
        this.answers = answers;
        server = HttpServer.create(address, 0);
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private static Thread thread(Runnable task) {
        return Thread.ofPlatform().daemon().name("culvert-metrics").unstarted(task);
    }

    /** The address that the server listens on. */
    InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Connection", "close");
            String method = exchange.getRequestMethod();
            Answer answer = answers.answer(method, exchange.getRequestURI().getPath());
            if (answer.namesMethods()) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            }
            boolean empty = answer.content().length == 0 || method.equals("HEAD");
            if (!answer.type().isEmpty()) {
                exchange.getResponseHeaders().set("Content-Type", answer.type());
            }
            exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.content().length);
            if (!empty) {
                exchange.getResponseBody().write(answer.content());
            }
        }
    }

    /** Stops the server; requests in progress have one second to complete. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        try {
            threads.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
