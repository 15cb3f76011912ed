package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Metrics are there under traffic, and whoever asks for them in a bad way does the tunnel no harm. */
@OnHost({"iperf3", "curl"})
class MetricsTest {
    private static final String ADDRESS = "127.0.0.1:9586";
    private static final Duration WARM = Duration.ofSeconds(60);

    /** Seventy connections that ask for nothing, or not to the end, held for as long as the test lasts. */
    private static final String MEAN = """
            for i in $(seq 10 79); do eval "exec $i<>/dev/tcp/127.0.0.1/9586"; printf 'GET /metr' >&"$i"; done 2>/dev/null
            sleep 100""";

    private static Tunnel tunnel() {
        Tunnel tunnel = Tunnel.create(
                namespace -> Daemon.start(
                        Program.CULVERT,
                        namespace,
                        Names.next(),
                        Map.of("CULVERT_METRICS", ADDRESS, "CULVERT_AEAD", "vector-256", "LOG_LEVEL", "verbose")),
                namespace -> Daemon.start(Program.WIREGUARD_GO, namespace));
        tunnel.configure();
        tunnel.connectIpv4();
        return tunnel;
    }

    private static Command.Result ask(Tunnel tunnel) {
        return tunnel.outside()
                .command("curl", "-sS", "--max-time", "20", "http://" + ADDRESS + "/metrics")
                .run();
    }

    private static double value(String metrics, String series) {
        Matcher matcher = Pattern.compile("(?m)^" + series + " (\\S+)$").matcher(metrics);
        double sum = 0;
        assertThat(matcher.find()).as("%s in%n%s", series, metrics).isTrue();
        do {
            sum += Double.parseDouble(matcher.group(1));
        } while (matcher.find());
        return sum;
    }

    @Test
    void countTheTrafficAndSayWhatServes() {
        try (Tunnel tunnel = tunnel()) {
            Traffic.TCP_IPV4.run(tunnel);
            Traffic.PING_IPV6.run(tunnel);
            String metrics = ask(tunnel).expectSuccess().output();
            Wg wg = tunnel.first().wg();
            double sent = value(
                    metrics,
                    "culvert_peer_sent_bytes_total\\{public_key=\"\\Q"
                            + tunnel.secondKey().pub() + "\\E\"}");
            assertThat(sent).isBetween(1e5, (double) wg.sent(tunnel.secondKey()));
            assertThat(value(metrics, "culvert_sent_bytes_total\\{.*}")).isBetween(1e5, sent);
            assertThat(value(metrics, "culvert_received_packets_total\\{.*}")).isPositive();
            assertThat(value(metrics, "culvert_handshakes_total\\{.*}")).isEqualTo(1);
            assertThat(value(metrics, "culvert_io_total\\{event=\"udp_sends\",.*}"))
                    .isPositive();
            assertThat(value(metrics, "culvert_tun_dropped_packets_total")).isNotNegative();
            assertThat(value(metrics, "culvert_socket_dropped_datagrams_total\\{.*}"))
                    .isNotNegative();
            assertThat(value(metrics, "culvert_aead_serving\\{.*}")).isEqualTo(1);
            assertThat(value(metrics, "process_resident_memory_bytes")).isGreaterThan(1e7);
            assertThat(metrics)
                    .contains("culvert_info{interface=\"" + tunnel.first().device() + "\"")
                    .doesNotContain(Repository.text(tunnel.firstKey().file()).strip())
                    .doesNotContain(Repository.text(tunnel.preshared().file()).strip());
        }
    }

    @Test
    void tellOfTheChangeOfTheAead() {
        try (Tunnel tunnel = tunnel()) {
            assertThat(Eventually.holds(WARM, () -> tunnel.first().log().contains("AEAD implementation: vector-256")))
                    .as("the log tells which AEAD serves")
                    .isTrue();
            assertThat(Eventually.holds(
                            WARM, () -> value(ask(tunnel).output(), "culvert_aead_changed_timestamp_seconds") > 1e9))
                    .isTrue();
            assertThat(value(
                            ask(tunnel).expectSuccess().output(),
                            "culvert_aead_serving\\{implementation=\"vector-256\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void meanClientsDoTheTunnelNoHarm() {
        try (Tunnel tunnel = tunnel()) {
            File log = Daemon.logFile(tunnel.first().device() + "-mean");
            Process mean = tunnel.outside().start(Map.of(), log, "bash", "-c", MEAN);
            try {
                for (Traffic traffic : Traffic.values()) {
                    traffic.run(tunnel);
                }
                assertThat(mean.isAlive()).isTrue();
                assertThat(Eventually.holds(WARM, () -> ask(tunnel).exit() == 0))
                        .as("metrics are served again")
                        .isTrue();
            } finally {
                mean.destroyForcibly();
            }
        }
    }

    @Test
    void takenPortIsAnErrorInWords() {
        try (Tunnel tunnel = tunnel()) {
            Command.Result result = tunnel.outside()
                    .command(Program.CULVERT.command(), "-f", Names.next())
                    .environment("CULVERT_METRICS", ADDRESS)
                    .run()
                    .expectFailure();
            assertThat(result.said()).contains("CULVERT_METRICS=" + ADDRESS + ": cannot listen: ");
        }
    }
}
