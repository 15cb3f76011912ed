// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.metrics;

import io.culvert.daemon.metrics.ProcessReport.Verdict;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;

/**
 * The answers to requests over HTTP, however they come: {@code /metrics} in Prometheus' text format; {@code /health},
 * for a supervisor that would start the process again, and {@code /ready}, for one that sends it traffic, in words with
 * status 200 or 503. Metrics are collected at most four times a second. Thread-safe.
 */
final class Answers {
    static final String METRICS = "/metrics";
    static final String HEALTH = "/health";
    static final String READY = "/ready";

    private static final long MAX_AGE_NANOS = 250_000_000;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int INTERNAL_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    private static final Logger LOG = System.getLogger(Answers.class.getName());

    private final ProcessReport report;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    // Guarded by this.
    private byte[] page;
    private long pageTime;

    /**
     * One answer.
     *
     * @param status of HTTP
     * @param type of the content; empty without content
     * @param content without content, of length 0
     */
    record Answer(int status, String type, byte[] content) {
        static Answer of(int status) {
            return new Answer(status, "", new byte[0]);
        }

        /** Whether the methods that are allowed are to be named. */
        boolean namesMethods() {
            return status == METHOD_NOT_ALLOWED;
        }
    }

    Answers(ProcessReport report) {
        this.report = report;
    }

    /** The answer to a request; for HEAD its content is not to be sent. */
    Answer answer(String method, String path) {
        if (!path.equals(METRICS) && !path.equals(HEALTH) && !path.equals(READY)) {
            return Answer.of(NOT_FOUND);
        }
        if (!method.equals("HEAD") && !method.equals("GET")) {
            return Answer.of(METHOD_NOT_ALLOWED);
        }
        try {
            return switch (path) {
                case HEALTH -> words(report.health());
                case READY -> words(report.readiness());
                default -> new Answer(OK, writer.getContentType(), page());
            };
        } catch (IOException | RuntimeException | Error e) {
            // Tunnels do not end because their metrics cannot be collected.
            LOG.log(Level.ERROR, "internal error in the answer to " + path, e);
            return Answer.of(INTERNAL_ERROR);
        }
    }

    private static Answer words(Verdict verdict) {
        return new Answer(
                verdict.good() ? OK : UNAVAILABLE,
                "text/plain; charset=utf-8",
                verdict.text().getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the metrics as text, collected now or at most {@link #MAX_AGE_NANOS} ago. */
    private synchronized byte[] page() throws IOException {
        if (page == null || System.nanoTime() - pageTime > MAX_AGE_NANOS) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(page == null ? 0 : page.length + 64);
            writer.write(out, report.metrics());
            page = out.toByteArray();
            pageTime = System.nanoTime();
        }
        return page;
    }
}
