// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without io_uring, plain system calls carry the same traffic, which the log reports; so does every other setting. */
@OnHost("iperf3")
class BackendTest {
    /** Runs suite T between Culvert, started with these settings, and wireguard-go, and returns Culvert's log. */
    private static String carryTraffic(Map<String, String> environment, String... words) {
        try (Tunnel tunnel = Tunnel.create(
                namespace -> {
                    String device = Names.next();
                    String[] all = Stream.concat(
                                    Arrays.stream(words), Stream.of(Program.CULVERT.command(), "-f", device))
                            .toArray(String[]::new);
                    return Daemon.start(namespace, device, environment, all);
                },
                namespace -> Daemon.start(Program.WIREGUARD_GO, namespace))) {
            tunnel.configure();
            tunnel.connectIpv4();
            for (Traffic traffic : Traffic.values()) {
                traffic.run(tunnel);
            }
            return tunnel.first().log();
        }
    }

    @Test
    void plainSystemCallsServeWhenIoUringIsForbidden() {
        String log = carryTraffic(
                Map.of(),
                Repository.jdkProgram("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Repository.testClasses(),
                WithoutIoUring.class.getName());
        assertThat(log).containsPattern("warning: .*io_uring: off \\(.+\\), using plain system calls");
    }

    @Test
    void plainSystemCallsServeWhenConfigured() {
        String log = carryTraffic(Map.of("CULVERT_IO", "plain", "LOG_LEVEL", "verbose"));
        assertThat(log).contains("io_uring: off (switched off), using plain system calls");
    }

    @ParameterizedTest
    @CsvSource({"CULVERT_WORKERS, 1", "CULVERT_WORKERS, 4", "CULVERT_AEAD, jce", "CULVERT_AEAD, vector-256"})
    void trafficPassesWithEverySetting(String variable, String value) {
        assertThat(carryTraffic(Map.of(variable, value))).isEmpty();
    }
}
