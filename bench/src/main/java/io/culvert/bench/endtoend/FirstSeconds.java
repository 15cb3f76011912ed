// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.implementation.WireGuard;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What an end carries in its first seconds. The far end sends to it for {@value #WARM_UP_SECONDS} s, as a peer
 * does that has run for long. Then the first end's program is ended, and started again as it was. As soon as its
 * interface is up, the far end sends one TCP stream. {@code by second 5}, {@code by second 10}: bytes that have
 * come out of the first end's interface so many seconds after the start of its program.
 */
final class FirstSeconds implements Measurement {
    private static final int[] MARKS = {5, 10};
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final int STREAM_SECONDS = 11;
    private static final int WARM_UP_SECONDS = 8;

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
        return WARM_UP_SECONDS + STREAM_SECONDS + 2;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        WireGuard.End end = tunnel.wireGuardEnds().getFirst();
        UapiRequests requests = new UapiRequests(end.device());
        tunnel.iperf3Back(WARM_UP_SECONDS);
        String configuration = configuration(requests.state());
        long began = tunnel.restart();
        requests.set(configuration);
        WireGuard.bringUp(tunnel.testbed(), 0, end.device(), tunnel.condition().innerMtu());
        CompletableFuture<Void> stream = CompletableFuture.runAsync(() -> send(tunnel));
        List<Sample> samples = new ArrayList<>();
        for (int mark : MARKS) {
            Thread.sleep(Duration.ofNanos(began + Duration.ofSeconds(mark).toNanos() - System.nanoTime()));
            samples.add(Sample.gain("by second " + mark, "MB", received(tunnel, end.device()) / BYTES_PER_MEGABYTE));
        }
        try {
            stream.join();
        } catch (CompletionException e) {
            throw new IOException("the stream failed: " + e.getCause().getMessage(), e);
        }
        return samples;
    }

    private static void send(Tunnel tunnel) {
        try {
            tunnel.iperf3Back(STREAM_SECONDS);
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    /**
     * The request that sets what an answer says. With a keepalive the end begins a handshake at once; the far end would
     * go on with its former session for 15 s.
     */
    static String configuration(String answer) {
        StringBuilder request = new StringBuilder("set=1\n");
        for (String line : answer.lines().toList()) {
            switch (line.substring(0, Math.max(0, line.indexOf('=')))) {
                case "private_key", "listen_port", "public_key", "preshared_key", "endpoint", "allowed_ip" ->
                    request.append(line).append('\n');
                default -> {
                    // What it counts, or what is the default.
                }
            }
        }
        return request.append("persistent_keepalive_interval=25\n\n").toString();
    }

    private static double received(Tunnel tunnel, String device) throws IOException, InterruptedException {
        String row = tunnel.namespace(0)
                .command("cat", "/proc/net/dev")
                .run()
                .requireSuccess()
                .output()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(device + ":"))
                .findFirst()
                .orElseThrow(() -> new IOException("no interface " + device));
        return Double.parseDouble(row.substring(device.length() + 1).strip().split("\\s+")[0]);
    }
}
