package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code iperf3} program: a server for one test, and the client. */
final class Iperf {
    private static final Pattern TCP_BYTES = Pattern.compile("\"sum_received\":\\s*\\{[^}]*\"bytes\":\\s*(\\d+)");
    private static final Pattern UDP_PACKETS =
            Pattern.compile("\"sum\":\\s*\\{[^}]*\"lost_packets\":\\s*(-?\\d+),\\s*\"packets\":\\s*(\\d+)");

    /** How long what a closed connection still has to send may take. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private Iperf() {}

    /** A TCP stream, or more of them; something must arrive. Returns when nothing of them is under way any more. */
    static void tcp(Namespace client, Namespace server, String address, String... options) {
        List<String> words = new ArrayList<>(List.of("-Z"));
        words.addAll(List.of(options));
        Matcher matcher = TCP_BYTES.matcher(run(client, server, address, words));
        assertThat(matcher.find()).as("iperf3 tells what arrived").isTrue();
        assertThat(Long.parseLong(matcher.group(1))).as("bytes that arrived").isPositive();
        // iperf3 closes connections with data in them, which the kernel goes on sending: into the next test, if that
        // came at once.
        Eventually.holds(
                LAST_WORDS,
                () -> connections(client).isEmpty() && connections(server).isEmpty());
    }

    private static String connections(Namespace namespace) {
        return namespace.command("ss", "-Htn").run().expectSuccess().output().strip();
    }

    /** UDP without a limit to its rate; loss is expected, but not of everything. */
    static void udp(Namespace client, Namespace server, String address) {
        Matcher matcher = UDP_PACKETS.matcher(run(client, server, address, List.of("-u", "-b", "0")));
        assertThat(matcher.find()).as("iperf3 tells what was lost").isTrue();
        assertThat(Long.parseLong(matcher.group(1))).as("lost packets").isLessThan(Long.parseLong(matcher.group(2)));
    }

    private static String run(Namespace client, Namespace server, String address, List<String> options) {
        Process listener = null;
        try {
            listener = new ProcessBuilder(server.words("iperf3", "-s", "-1", "--forceflush", "-B", address))
                    .redirectErrorStream(true)
                    .start();
            awaitListening(listener.inputReader());
            List<String> words = new ArrayList<>(List.of("iperf3", "-J", "-t", "1", "-c", address));
            words.addAll(options);
            return client.command(words.toArray(String[]::new))
                    .run()
                    .expectSuccess()
                    .output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (listener != null) {
                listener.destroyForcibly();
            }
        }
    }

    private static void awaitListening(BufferedReader output) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains("listening")) {
                return;
            }
        }
        throw new AssertionError("the iperf3 server ended at once");
    }
}
