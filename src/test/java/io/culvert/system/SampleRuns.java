// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Made-up runs: as large as real ones, with texts that would break a page that does not escape them. */
final class SampleRuns {
    /** Closes an attribute and an element, and has scripts. */
    static final String HOSTILE =
            "\"'><script>document.title='broken'</script><img src=x onerror=alert(1)>&amp;{{kind}}";

    private static final String ENDLESS = "peer-of-a-name-without-end-".repeat(6);
    private static final List<String> IMPLEMENTATIONS = List.of(
            "culvert",
            "wireguard-go",
            "wireguard-go-debian",
            "tailscale",
            "boringtun",
            "gotatun",
            "ipsec-aes-gcm",
            "ipsec-chacha20-poly1305",
            "openvpn-aes-256-gcm",
            "no-crypto",
            HOSTILE,
            ENDLESS,
            "control \u0000\u0007\u001b[31m, \u202eback to front\u202c, half of a pair \ud83d");
    /** The speed of each implementation relative to the first. */
    private static final double[] SPEEDS = {1, 0.52, 0.5, 0.66, 0.45, 0.61, 0.9, 0.71, 0.2, 1.6, 0.3, 0.64, 0.1};

    private SampleRuns() {}

    /** Three end-to-end runs, the newest first; Culvert is ahead, level and behind in some figures. */
    static List<Run> endToEnd() {
        return List.of(
                endToEnd("2026-11-21T09:00:24Z", 1),
                endToEnd("2026-11-20T21:12:00Z", 0.97),
                endToEnd("2026-11-14T03:10:09Z", 0.8));
    }

    private static Run endToEnd(String time, double culvert) {
        List<Series> series = new ArrayList<>();
        for (String test : List.of("tcp1", "tcp8", "tcp8bidir", "tcp1@ipv6@mtu9000", "udp1g", HOSTILE)) {
            for (int i = 0; i < IMPLEMENTATIONS.size(); i++) {
                double speed = SPEEDS[i] * (i == 0 ? culvert : 1) * (test.equals("tcp8") && i == 3 ? 1.5 : 1);
                String implementation = IMPLEMENTATIONS.get(i);
                series.add(new Series(test, implementation, "throughput", "Gbit/s", true, around(5.8 * speed)));
                series.add(new Series(test, implementation, "cpu", "s/GB", false, around(2.2 / speed)));
                series.add(new Series(test, implementation, "lost", "%", false, List.of(0.0, 0.0, 0.1 * i)));
            }
        }
        for (int i = 0; i < IMPLEMENTATIONS.size(); i++) {
            double micros = i == 2 ? 130 : 160 + 12 * i;
            series.add(new Series("ping", IMPLEMENTATIONS.get(i), "median", "us", false, around(micros)));
            series.add(new Series("ping", IMPLEMENTATIONS.get(i), "max", "us", false, around(9 * micros)));
            series.add(new Series(
                    "rest", IMPLEMENTATIONS.get(i), "memory", "MiB", false, List.of(i == 3 ? 16.0 : 158.0 + i)));
        }
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("time", time);
        machine.put("cpu", "AMD EPYC <Zen 4>");
        machine.put("cores", "2");
        machine.put("kernel", "6.18.44");
        machine.put("jdk", "Temurin-25.0.3+9 25.0.3+9-LTS");
        machine.put("commit", "9263f476dc21");
        machine.put("command", "bench --implementation '" + HOSTILE + "=" + ENDLESS.repeat(3) + "'");
        return new Run(
                "end-to-end",
                machine,
                Map.of("kernel", "this kernel has no module wireguard: " + HOSTILE, ENDLESS, "did not start"),
                series);
    }

    private static List<Double> around(double middle) {
        return List.of(middle, middle * 1.04, middle * 0.97);
    }
}
