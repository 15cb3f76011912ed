// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The {@code iperf3} program: a server for one test, and its client. */
public final class Iperf3 {
    private static final int MARGIN_SECONDS = 30;
    /** For an amount, which a busy machine sends slowly. */
    private static final Duration SEND_LIMIT = Duration.ofMinutes(2);

    private Iperf3() {}

    /**
     * Runs a client against a server.
     *
     * @param address where the server listens
     * @param seconds how long data is sent
     * @param options of the client, such as {@code -R}, {@code --bidir}, {@code -P 8} or {@code -u -b 1G}
     * @throws IOException if iperf3 reports an error
     */
    public static Iperf3Result run(
            NetworkNamespace client, NetworkNamespace server, String address, int seconds, List<String> options)
            throws IOException, InterruptedException {
        Duration limit = Duration.ofSeconds(seconds + MARGIN_SECONDS);
        return run(client, server, address, limit, List.of("-t", "" + seconds), options);
    }

    /**
     * Runs a client against a server until it has sent so much.
     *
     * @param address where the server listens
     * @param mebibytes how much is sent, by all streams together
     * @param options as for {@link #run}
     * @throws IOException if iperf3 reports an error
     */
    public static Iperf3Result send(
            NetworkNamespace client, NetworkNamespace server, String address, int mebibytes, List<String> options)
            throws IOException, InterruptedException {
        return run(client, server, address, SEND_LIMIT, List.of("-n", mebibytes + "M"), options);
    }

    private static Iperf3Result run(
            NetworkNamespace client,
            NetworkNamespace server,
            String address,
            Duration limit,
            List<String> end,
            List<String> options)
            throws IOException, InterruptedException {
        Process listener = new ProcessBuilder(server.commandLine("iperf3", "-s", "-1", "-B", address, "--forceflush"))
                .redirectErrorStream(true)
                .start();
        try {
            awaitListening(listener);
            List<String> words = new ArrayList<>(List.of("iperf3", "-J", "-c", address, "--connect-timeout", "5000"));
            words.addAll(end);
            words.addAll(options);
            Subprocess.Result result =
                    Subprocess.of(client.commandLine(words)).limit(limit).run();
            Iperf3Result parsed = Iperf3Result.parse(result.allOutput());
            result.requireSuccess();
            return parsed;
        } finally {
            listener.destroy();
            if (!listener.waitFor(1, TimeUnit.SECONDS)) {
                listener.destroyForcibly();
            }
        }
    }

    private static void awaitListening(Process listener) throws IOException {
        BufferedReader output = listener.inputReader();
        String line;
        do {
            line = output.readLine();
            if (line == null) {
                throw new IOException("iperf3 -s: ended before it listened");
            }
        } while (!line.startsWith("Server listening"));
    }
}
