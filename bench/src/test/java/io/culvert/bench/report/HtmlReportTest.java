// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
    private static final String HOSTILE = "\"'></title><script>alert(1)</script>{{kind}}&amp;\u0000]]>";

    @TempDir
    private Path directory;

    private static Run run(String time, double culvert, String... peers) {
        List<Series> series = new ArrayList<>();
        for (String test : List.of("tcp1", "tcp8")) {
            series.add(new Series(test, "culvert", "throughput", "Gbit/s", true, List.of(culvert, culvert + 0.1)));
            for (String peer : peers) {
                series.add(new Series(test, peer, "throughput", "Gbit/s", true, List.of(4.0, 4.1)));
            }
        }
        series.add(new Series("ping", "culvert", "median", "us", false, List.of(200.0, 210.0)));
        for (String peer : peers) {
            series.add(new Series("ping", peer, "median", "us", false, List.of(100.0, 101.0)));
        }
        return new Run(
                "end-to-end",
                Map.of("time", time, "cpu", "AMD EPYC", "command", "bench --quick"),
                Map.of("kernel", "not in this kernel"),
                series);
    }

    private String page(Run run, Run... history) throws IOException {
        return Files.readString(HtmlReport.write(run, directory, List.of(history)))
                .replaceAll(">\\s+<", "><");
    }

    @Test
    void showsWhereCulvertIsBehind() throws IOException {
        String page = page(run("2026-11-21T09:00:24Z", 6, "tailscale"));

        assertThat(page)
                .contains("<dd class=\"ahead\">2</dd>", "<dt>level</dt><dd>0</dd>", "<dd class=\"behind\">1</dd>")
                .contains("Where Culvert is behind")
                .contains("Ping, round trip, median: 205 against 101 \u00b5s of tailscale (0.49\u00d7)")
                .containsPattern("<td class=\"number\">0.49\u00d7</td><td class=\"outcome behind\">behind</td>");
    }

    @Test
    void showsFactsAndWhatWasNotMeasured() throws IOException {
        assertThat(page(run("2026-11-21T09:00:24Z", 6, "tailscale")))
                .contains("<dt>cpu</dt><dd>AMD EPYC</dd>", "<dt>command</dt><dd>bench --quick</dd>")
                .contains("<dt>kernel</dt><dd>not in this kernel</dd>")
                .contains("21 November 2026, 09:00 UTC");
    }

    @Test
    void hasNeitherRequestsNorScripts() throws IOException {
        String page = page(run("2026-11-21T09:00:24Z", 6, "tailscale"), run("2026-11-20T09:00:24Z", 5, "tailscale"));

        assertThat(page).doesNotContain("<script", "http:", "https:", "@import", "url(");
        assertThat(attributes(page, "src")).isNotEmpty().allMatch(address -> address.startsWith("data:image/svg"));
        assertThat(attributes(page, "href"))
                .allMatch(address -> address.matches("#[a-z0-9-]+|data:,|end-to-end-[0-9TZ]+\\.json"));
    }

    @Test
    void escapesHostileTexts() throws IOException {
        Run hostile = new Run(
                "../" + HOSTILE,
                Map.of("time", HOSTILE, "cpu", HOSTILE, HOSTILE, HOSTILE),
                Map.of(HOSTILE, HOSTILE),
                List.of(
                        new Series(HOSTILE, "culvert", HOSTILE, HOSTILE, true, List.of(1.0)),
                        new Series(HOSTILE, HOSTILE, HOSTILE, HOSTILE, true, List.of(2.0)),
                        new Series(HOSTILE + "\u0001", HOSTILE, HOSTILE, HOSTILE, true, List.of(2.0)),
                        new Series(HOSTILE + "\u0001", "culvert", HOSTILE, HOSTILE, true, List.of(2.0))));

        Path file = HtmlReport.write(hostile, directory, List.of());

        assertThat(file).hasParent(directory);
        assertThat(Files.readString(file))
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script", "\u0000", "</title></");
        PngPlots.write(hostile, directory);
        IndexPage.write(List.of(hostile), directory);
        assertThat(Files.readString(directory.resolve("index.html"))).doesNotContain("<script", "\u0000");
        try (var files = Files.list(directory)) {
            assertThat(files.map(name -> name.getFileName().toString()))
                    .hasSizeGreaterThan(3)
                    .allMatch(name -> name.matches("[A-Za-z0-9_-]+\\.(html|png)"));
        }
    }

    @Test
    void plotsAreSvgDocumentsInBothSchemes() throws Exception {
        String page = page(run("2026-11-21T09:00:24Z", 6, "tailscale", HOSTILE));
        List<String> light = attributes(page, "src");
        List<String> dark = attributes(page, "srcset");

        assertThat(light).hasSameSizeAs(dark).hasSize(4).doesNotContainAnyElementsOf(dark);
        for (String address : light) {
            byte[] svg = Base64.getDecoder().decode(address.substring(address.indexOf(',') + 1));
            assertThat(DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new ByteArrayInputStream(svg))
                            .getElementsByTagName("text")
                            .getLength())
                    .isGreaterThan(3);
        }
        assertThat(page).contains("alt=\"Bar chart of medians in Gbit/s, more is better: culvert 6.05, tailscale 4.05");
    }

    @Test
    void comparesProtocolsIfTheRunHasOthersThanWireGuard() throws IOException {
        assertThat(page(run("2026-11-21T09:00:24Z", 6, "tailscale"))).doesNotContain("id=\"protocols\"");
        assertThat(page(run("2026-11-21T09:00:24Z", 6, "strongswan-aes", "openvpn-aes", "no-crypto")))
                .contains("id=\"protocols\"")
                .contains("<th scope=\"row\">strongswan-aes</th><td>IPsec, AES-256-GCM</td>"
                        + "<td class=\"number\">4.05 Gbit/s</td>"
                        + "<td class=\"number\">101 \u00b5s</td>")
                .contains("<th scope=\"row\">openvpn-aes</th><td>OpenVPN, AES-256-GCM</td>")
                .contains("<th scope=\"row\">no-crypto</th><td>none, unencrypted</td>")
                .contains("<th scope=\"row\">culvert</th><td>WireGuard</td>");
    }

    @Test
    void historyHasOlderRunsOfTheSameKindAndProcessorOnly() throws IOException {
        Run now = run("2026-11-21T09:00:24Z", 6, "tailscale");
        Run before = run("2026-11-20T09:00:24Z", 5, "tailscale");
        Run after = run("2026-11-22T09:00:24Z", 7, "tailscale");
        Run other = new Run("aead", Map.of("time", "2026-11-19T09:00:24Z"), Map.of(), List.of());

        Run elsewhere =
                new Run(now.kind(), Map.of("time", "2026-11-19T09:00:24Z", "cpu", "another"), Map.of(), now.series());

        assertThat(History.of(now, List.of(after, other, elsewhere, now, before))
                        .runs())
                .containsExactly(before, now);
        assertThat(page(now, after, other, before))
                .contains("5.05 (1.25\u00d7)", "6.05 (1.49\u00d7)")
                .contains("Line chart of Times as good as the best peer over the runs: TCP, 1 stream 1.25, 1.49")
                .doesNotContain("7.05");
        assertThat(page(now, after, other)).contains("No older run of this kind exists");
    }

    @Test
    void plotFilesAreNamedByKindNotByTime() throws IOException {
        List<Path> files = PngPlots.write(run("2026-11-21T09:00:24Z", 6, "tailscale"), directory);

        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .contains("end-to-end-throughput-light.png", "end-to-end-throughput-ratio-dark.png");
        for (Path file : files) {
            assertThat(ImageIO.read(file.toFile()).getWidth()).isGreaterThan(600);
        }
    }

    private static List<String> attributes(String page, String name) {
        return Pattern.compile("\\b" + name + "=\"([^\"]*)\"")
                .matcher(page)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
