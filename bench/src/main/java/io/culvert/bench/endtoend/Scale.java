// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.result.Series;
import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.RoundTrips;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Many peers at one end, which never send. {@code configure}: until all are there, in requests of {@value #REQUEST}
 * peers with an allowed IP and an endpoint. Nobody answers there, so they have no keepalive: that would be a million
 * handshakes, again and again, and no timer of an idle session. Ten seconds later, when no program is still busy with
 * its own start, follow {@code memory}: resident memory of that end.
 * {@code add one}: the median of requests for one peer more. {@code idle}: the end's CPU time while nothing is sent.
 * {@code dump}: a request for the state of all peers; {@code beside a dump}: pings through the tunnel every 5 ms
 * meanwhile.
 *
 * @param peers the number of peers
 */
record Scale(int peers) implements Measurement {
    private static final int REQUEST = 20_000;
    private static final int ADDED = 21;
    private static final double MILLIS = 1000;
    private static final Duration SETTLING = Duration.ofSeconds(10);
    private static final Duration INTERVAL = Duration.ofMillis(5);
    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final int KEY_BYTES = 32;

    @Override
    public boolean needsFreshTunnel() {
        return true;
    }

    @Override
    public boolean needsProcesses() {
        return true;
    }

    @Override
    public boolean needsWireGuard() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return peers / 10_000.0 + SETTLING.toSeconds() + 2.0 * seconds;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        UapiRequests end = new UapiRequests(tunnel.wireGuardEnds().getFirst().device());
        List<Sample> samples = new ArrayList<>();
        samples.add(Sample.cost("configure", "s", configure(end)));
        Thread.sleep(SETTLING);
        samples.add(Sample.cost("memory", "MiB", tunnel.residentMebibytes(0)));
        samples.add(Sample.cost("add one", "ms", MILLIS * addOne(end)));
        samples.add(Sample.cost("idle", "% of a core", idlePercent(tunnel, seconds)));
        samples.addAll(dump(tunnel, end, seconds));
        return samples;
    }

    private double configure(UapiRequests end) throws IOException {
        double seconds = 0;
        for (int first = 1; first < peers - ADDED; first += REQUEST) {
            String request = request(first, Math.min(REQUEST, peers - ADDED - first));
            long begin = System.nanoTime();
            end.set(request);
            seconds += (System.nanoTime() - begin) / 1e9;
        }
        return seconds;
    }

    private static double addOne(UapiRequests end) throws IOException {
        double[] seconds = new double[ADDED];
        for (int i = 0; i < ADDED; i++) {
            String request = request((1 << 21) + i, 1);
            long begin = System.nanoTime();
            end.set(request);
            seconds[i] = (System.nanoTime() - begin) / 1e9;
        }
        return Series.median(seconds);
    }

    private static String request(int first, int count) {
        SecureRandom random = new SecureRandom();
        byte[] key = new byte[KEY_BYTES];
        StringBuilder text = new StringBuilder("set=1\n");
        for (int i = first; i < first + count; i++) {
            random.nextBytes(key);
            text.append("public_key=").append(HexFormat.of().formatHex(key));
            text.append("\nendpoint=198.18.0.1:").append(1 + i % 65_535).append("\nallowed_ip=11.");
            text.append(i >> 16)
                    .append('.')
                    .append(i >> 8 & 255)
                    .append('.')
                    .append(i & 255)
                    .append("/32\n");
        }
        return text.append('\n').toString();
    }

    private static double idlePercent(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        double before = tunnel.cpuSeconds(0);
        Thread.sleep(Duration.ofSeconds(seconds));
        return 100 * (tunnel.cpuSeconds(0) - before) / seconds;
    }

    /** Begins the dump when the pings run, and pings on until both have ended. */
    private static List<Sample> dump(Tunnel tunnel, UapiRequests end, int seconds)
            throws IOException, InterruptedException {
        CompletableFuture<Double> dump = CompletableFuture.supplyAsync(() -> {
            try {
                Thread.sleep(500);
                long begin = System.nanoTime();
                end.get();
                return (System.nanoTime() - begin) / 1e9;
            } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
        int count = (int) (Math.max(2, seconds) / (INTERVAL.toNanos() / 1e9));
        List<Double> micros = new ArrayList<>();
        do {
            RoundTrips trips = Pinger.measure(tunnel.host(0), tunnel.address(1), count, INTERVAL, LINGER);
            micros.addAll(trips.micros());
        } while (!dump.isDone());
        Percentiles times =
                Percentiles.of(micros.stream().mapToDouble(Double::doubleValue).toArray());
        try {
            return List.of(
                    Sample.cost("dump", "s", dump.join()),
                    Sample.cost("beside a dump p50", "us", times.at(0.5)),
                    Sample.cost("beside a dump p99", "us", times.at(0.99)),
                    Sample.cost("beside a dump max", "us", times.max()));
        } catch (CompletionException e) {
            throw new IOException("the dump failed: " + e.getCause().getMessage(), e);
        }
    }
}
