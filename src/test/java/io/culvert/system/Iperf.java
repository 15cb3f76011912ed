// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.Iperf3;
import io.culvert.daemon.testbed.Iperf3Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Assertions on runs of {@code iperf3}. */
final class Iperf {
    /** How long the kernel may send what closed connections left in its buffers. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(5);

    private static final List<String> UNLIMITED_UDP = List.of("-u", "-b", "0");

    private Iperf() {}

    /** TCP for one second, of which data must arrive. */
    static void tcp(Namespace client, Namespace server, String address, String... options) {
        tcp(client, server, address, 1, options);
    }

    /** TCP for so many seconds, of which data must arrive. Returns when all connections have been closed. */
    static void tcp(Namespace client, Namespace server, String address, int seconds, String... options) {
        List<String> words = new ArrayList<>(List.of("-Z"));
        words.addAll(List.of(options));
        assertThat(run(client, server, address, seconds, words).gigabytes())
                .as("gigabytes received")
                .isPositive();
        // iperf3 closes connections while the kernel still has data of theirs to send: data that would otherwise
        // disturb
        // the next test.
        Eventually.holds(
                DRAIN_LIMIT,
                () -> connections(client).isEmpty() && connections(server).isEmpty());
    }

    private static String connections(Namespace namespace) {
        return namespace.output("ss", "-Htn");
    }

    /** UDP for one second at an unlimited rate, of which some datagrams must arrive. */
    static void udp(Namespace client, Namespace server, String address) {
        expectSome(run(client, server, address, 1, UNLIMITED_UDP));
    }

    /** So many MiB of UDP at an unlimited rate, of which some datagrams must arrive. */
    static void sendUdp(Namespace client, Namespace server, String address, int mebibytes) {
        expectSome(Unchecked.call(
                () -> Iperf3.send(client.network(), server.network(), address, mebibytes, UNLIMITED_UDP)));
    }

    private static void expectSome(Iperf3Result result) {
        assertThat(result.lostPercent()).as("percent lost").isLessThan(100);
        assertThat(result.gigabytes()).as("gigabytes received").isPositive();
    }

    private static Iperf3Result run(
            Namespace client, Namespace server, String address, int seconds, List<String> options) {
        return Unchecked.call(() -> Iperf3.run(client.network(), server.network(), address, seconds, options));
    }
}
