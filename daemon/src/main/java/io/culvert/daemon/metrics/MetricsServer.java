// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.io.Shortfall;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Answers {@code GET /metrics} over HTTP in Prometheus' text format, and {@code GET /health} in words. The cost of slow
 * and malicious clients is bounded: there are limits on connections, queued requests, and the size and duration of each
 * request, and metrics are collected at most four times a second. Thread-safe.
 */
public final class MetricsServer implements AutoCloseable {
    /** Path of the metrics. */
    public static final String PATH = "/metrics";

    /** Path of the health: status 200 while the device carries packets, else 503, and the reason. */
    public static final String HEALTH_PATH = "/health";

    private static final int THREADS = 2;
    private static final int MAX_QUEUED = 16;
    private static final long MAX_AGE_NANOS = 250_000_000;
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int INTERNAL_ERROR = 500;

    private static final Logger LOG = System.getLogger(MetricsServer.class.getName());

    static {
        // The JDK's server reads its limits from system properties when it is loaded; times in seconds, sizes in bytes.
        System.setProperty("jdk.httpserver.maxConnections", "64");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "16");
        System.setProperty("sun.net.httpserver.idleInterval", "10");
        System.setProperty("sun.net.httpserver.maxReqTime", "5");
        System.setProperty("sun.net.httpserver.maxRspTime", "10");
        System.setProperty("sun.net.httpserver.maxReqHeaderSize", "16384");
        System.setProperty("sun.net.httpserver.drainAmount", "1024");
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final Supplier<MetricSnapshots> metrics;
    private final Supplier<DeviceStatus> status;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(MAX_QUEUED), MetricsServer::thread);
    private byte[] page;
    private long pageTime;

    /**
     * Starts the server.
     *
     * @param metrics collects the metrics; called by one thread at a time
     * @param status the device's present status; called by any thread
     * @throws IOException if the address is not local or the port is in use
     */
    public MetricsServer(InetSocketAddress address, Supplier<MetricSnapshots> metrics, Supplier<DeviceStatus> status)
            throws IOException {
        this.metrics = metrics;
        this.status = status;
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
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Connection", "close");
            String path = exchange.getRequestURI().getPath();
            String method = exchange.getRequestMethod();
            if (!path.equals(PATH) && !path.equals(HEALTH_PATH)) {
                exchange.sendResponseHeaders(NOT_FOUND, -1);
            } else if (!method.equals("HEAD") && !method.equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
            } else if (path.equals(PATH)) {
                answerWithPage(exchange);
            } else {
                DeviceStatus now = status.get();
                byte[] text = health(now).getBytes(StandardCharsets.UTF_8);
                send(exchange, now.isReady() ? OK : UNAVAILABLE, "text/plain; charset=utf-8", text);
            }
        }
    }

    private void answerWithPage(HttpExchange exchange) throws IOException {
        byte[] body;
        try {
            body = page();
        } catch (RuntimeException | Error e) {
            // Tunnels do not end because their metrics cannot be collected.
            LOG.log(Level.ERROR, "internal error in the collection of metrics", e);
            exchange.sendResponseHeaders(INTERNAL_ERROR, -1);
            return;
        }
        send(exchange, OK, writer.getContentType(), body);
    }

    private static void send(HttpExchange exchange, int code, String type, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(code, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    /** The first line says whether the device carries packets, the others what it does without. */
    private static String health(DeviceStatus status) {
        StringBuilder text = new StringBuilder();
        status.unreadyReason()
                .ifPresentOrElse(
                        reason -> text.append("not ready: ").append(reason),
                        () -> text.append("ready: UDP port ").append(status.openPort()));
        for (Shortfall shortfall : status.shortfalls()) {
            text.append("\nwithout ").append(shortfall.what()).append(": ").append(shortfall.reason());
        }
        return text.append('\n').toString();
    }

    /** Returns the metrics as text, collected now or at most {@link #MAX_AGE_NANOS} ago. */
    private synchronized byte[] page() throws IOException {
        if (page == null || System.nanoTime() - pageTime > MAX_AGE_NANOS) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(page == null ? 0 : page.length + 64);
            writer.write(out, metrics.get());
            page = out.toByteArray();
            pageTime = System.nanoTime();
        }
        return page;
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
