// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus scrapes both ends of a tunnel. The queries of the dashboard and of the alert rules are run there. */
@OnHost({"iperf3", "curl", "prometheus", "promtool"})
class PrometheusTest {
    private static final String FIRST = "127.0.0.1:9586";
    private static final String SECOND = "127.0.0.1:9587";
    private static final String SERVER = "127.0.0.1:9590";
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Path DASHBOARD = Repository.root().resolve("packaging/grafana/culvert.json");
    private static final Path RULES = Repository.root().resolve("packaging/prometheus");

    @TempDir
    private static Path directory;

    private static Tunnel tunnel;
    private static Process prometheus;

    private static Daemon daemon(Namespace namespace, String metrics) {
        return Daemon.start(Program.CULVERT, namespace, Names.next(), Map.of("CULVERT_METRICS", metrics));
    }

    @BeforeAll
    static void start() throws IOException {
        tunnel = Tunnel.create(namespace -> daemon(namespace, FIRST), namespace -> daemon(namespace, SECOND));
        tunnel.configure();
        tunnel.connectIpv4();
        Path configuration = directory.resolve("prometheus.yml");
        Files.writeString(configuration, """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: [%s]
                scrape_configs:
                  - {job_name: culvert, static_configs: [{targets: ["%s", "%s"]}]}
                """.formatted(RULES.resolve("culvert.rules.yml"), FIRST, SECOND));
        prometheus = tunnel.outside()
                .start(
                        Map.of(),
                        Daemon.logFile("prometheus"),
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=" + SERVER);
        assertThat(Eventually.holds(SOON, () -> !isEmpty("up{job=\"culvert\"} == 1")))
                .as("Prometheus scrapes")
                .isTrue();
        Traffic.TCP_IPV4.run(tunnel);
        Traffic.PING_IPV6.run(tunnel);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (prometheus != null) {
            prometheus.destroy();
            prometheus.waitFor();
        }
        if (tunnel != null) {
            tunnel.close();
        }
    }

    private static JsonObject get(String path, String... arguments) {
        List<String> words =
                new ArrayList<>(List.of("curl", "-fsS", "--get", "-m", "20", "http://" + SERVER + "/api/v1/" + path));
        words.addAll(List.of(arguments));
        Command.Result result =
                tunnel.outside().command(words.toArray(String[]::new)).run();
        return result.exit() == 0 ? JsonParser.parseString(result.output()).getAsJsonObject() : new JsonObject();
    }

    private static JsonArray result(String query) {
        JsonObject answer = get("query", "--data-urlencode", "query=" + query);
        return answer.has("data") ? answer.getAsJsonObject("data").getAsJsonArray("result") : new JsonArray();
    }

    private static boolean isEmpty(String query) {
        return result(query).isEmpty();
    }

    private static void assertReturnsSeries(Map<String, String> queries) {
        List<String> empty = new ArrayList<>(queries.keySet());
        Eventually.holds(SOON, () -> {
            empty.removeIf(name -> !isEmpty(queries.get(name)));
            return empty.isEmpty();
        });
        assertThat(empty)
                .as(() -> "queries without a series: "
                        + empty.stream().map(queries::get).toList())
                .isEmpty();
    }

    /** Agents of an overlay serve its series, and none runs here: promtool tests those rules. */
    private static void withoutOverlay(Map<String, String> queries) {
        assertThat(queries.values())
                .filteredOn(query -> query.contains("culvert_overlay_"))
                .hasSizeGreaterThan(4);
        queries.values().removeIf(query -> query.contains("culvert_overlay_"));
    }

    private static List<JsonObject> objects(JsonElement array) {
        return array.getAsJsonArray().asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    @Test
    void everyQueryOfTheDashboardReturnsSeries() {
        JsonObject dashboard =
                JsonParser.parseString(Repository.text(DASHBOARD)).getAsJsonObject();
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonObject panel : objects(dashboard.get("panels"))) {
            String title = panel.get("title").getAsString();
            assertThat(panel.getAsJsonObject("gridPos").keySet()).as(title).contains("h", "w", "x", "y");
            assertThat(panel.getAsJsonObject("datasource").get("uid").getAsString())
                    .as(title)
                    .isEqualTo("${datasource}");
            assertThat(panel.getAsJsonArray("targets")).as(title).isNotEmpty();
            for (JsonObject target : objects(panel.get("targets"))) {
                String query = target.get("expr")
                        .getAsString()
                        .replace("$interface", ".*")
                        .replace("$__rate_interval", "20s");
                assertThat(query).as(title).doesNotContain("$");
                queries.put(title + " " + target.get("refId").getAsString(), query);
            }
        }
        assertThat(queries).hasSizeGreaterThan(20);
        withoutOverlay(queries);
        assertThat(objects(dashboard.getAsJsonObject("templating").get("list")))
                .extracting(variable -> variable.get("name").getAsString())
                .containsExactly("datasource", "interface");
        assertReturnsSeries(queries);
    }

    /** Each alert's condition without its last comparison: a rule about a series that does not exist never fires. */
    @Test
    void everyRuleIsAboutSeriesThatExist() {
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonObject group : objects(get("rules").getAsJsonObject("data").get("groups"))) {
            for (JsonObject rule : objects(group.get("rules"))) {
                assertThat(rule.get("health").getAsString()).isIn("ok", "unknown");
                String query = rule.get("query").getAsString().replaceFirst("\\s(==|>=|>|<)\\s*[0-9.]+$", "");
                queries.put(rule.get("name").getAsString(), query);
            }
        }
        assertThat(queries).hasSize(16);
        // It exists only where the system refuses something; promtool tests that rule.
        queries.remove("CulvertShortfall");
        withoutOverlay(queries);
        assertReturnsSeries(queries);
    }

    /** The fault behind a rule: an interface that carries no packets. */
    @Test
    void interfaceThatIsDownFiresItsAlert() {
        Daemon first = tunnel.first();
        first.namespace().ip("link", "set", first.device(), "down");
        assertThat(Eventually.holds(
                        SOON,
                        () -> !isEmpty("ALERTS{alertname=\"CulvertInterfaceNotReady\",interface=\"" + first.device()
                                + "\",reason=\"the interface is down\"}")))
                .as("the alert is pending or firing")
                .isTrue();
        first.namespace().ip("link", "set", first.device(), "up");
        assertThat(Eventually.holds(SOON, () -> isEmpty("ALERTS{alertname=\"CulvertInterfaceNotReady\"}")))
                .as("the alert ends")
                .isTrue();
    }

    @Test
    void rulesPassTheirUnitTests() {
        Command.output(
                "promtool", "check", "rules", RULES.resolve("culvert.rules.yml").toString());
        Command.output(
                "promtool",
                "test",
                "rules",
                RULES.resolve("culvert.rules.test.yml").toString());
    }
}
