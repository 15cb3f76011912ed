// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.daemon.metrics.MetricsAddress;
import io.culvert.daemon.sandbox.SandboxMode;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private static MetricsAddress metrics(String text) throws StartException {
        return Settings.of(Map.of("CULVERT_METRICS", text)).metrics();
    }

    @Test
    void emptyEnvironmentGivesDefaults() throws StartException {
        Settings settings = Settings.of(Map.of());
        assertThat(settings.background()).isFalse();
        assertThat(settings.log()).isEqualTo(LogDestination.USUAL);
        assertThat(settings.warmUp()).isTrue();
        assertThat(settings.metrics()).isNull();
    }

    @Test
    void environmentOverridesDefaults() throws StartException {
        Settings settings = Settings.of(Map.of(
                "CULVERT_BACKGROUND", "1",
                "CULVERT_LOG", "/tmp/log",
                "CULVERT_WARMUP", "off",
                "CULVERT_METRICS", "[::1]:9586",
                "CULVERT_METRICS_PEERS", "7"));
        MetricsAddress metrics = new MetricsAddress.Tcp(new InetSocketAddress("::1", 9586));
        assertThat(settings)
                .isEqualTo(new Settings(true, LogDestination.FILE, "/tmp/log", false, SandboxMode.ON, metrics, 7));
        assertThat(Settings.of(Map.of("CULVERT_SANDBOX", "log")).sandbox()).isEqualTo(SandboxMode.LOG);
        assertThat(Settings.of(Map.of("CULVERT_LOG", "syslog")).log()).isEqualTo(LogDestination.SYSLOG);
        assertThat(Settings.of(Map.of("CULVERT_LOG", "stderr")).log()).isEqualTo(LogDestination.STDERR);
    }

    @Test
    void emptyVariableCountsAsUnset() throws StartException {
        Map<String, String> empty = Map.of("CULVERT_WARMUP", "", "CULVERT_METRICS", "", "LOG_LEVEL", "");
        assertThat(Settings.of(empty)).isEqualTo(Settings.of(Map.of()));
    }

    @Test
    void metricsAddressMayBeANameOrAll() throws StartException {
        assertThat(((MetricsAddress.Tcp) metrics("localhost:9586")).address())
                .returns(9586, InetSocketAddress::getPort)
                .matches(address -> address.getAddress().isLoopbackAddress());
        assertThat(((MetricsAddress.Tcp) metrics(":9586"))
                        .address()
                        .getAddress()
                        .isAnyLocalAddress())
                .isTrue();
    }

    @Test
    void metricsAddressMayBeAUnixSocket() throws StartException {
        MetricsAddress.Unix socket = new MetricsAddress.Unix(Path.of("/run/m.sock"));
        assertThat(metrics("unix:/run/m.sock")).isEqualTo(socket);
        assertThat(metrics("/run/m.sock")).isEqualTo(socket);
    }

    @ParameterizedTest
    @CsvSource({
        "CULVERT_WARMUP, no",
        "CULVERT_SANDBOX, ON",
        "CULVERT_METRICS, 9586",
        "CULVERT_METRICS, 'two words:9586'",
        "CULVERT_METRICS, 'no.such.host.invalid:9586'",
        "CULVERT_METRICS, '::1:9586'",
        "LOG_LEVEL, loud",
        "CULVERT_LOG, culvert.log",
        "CULVERT_LOG, /var/log/",
        "CULVERT_METRICS, 127.0.0.1:0",
        "CULVERT_METRICS_PEERS, many",
        "CULVERT_METRICS_PEERS, 100001",
        "CULVERT_METRICS, 127.0.0.1:65536",
        "CULVERT_METRICS, unix:metrics.sock",
        "CULVERT_METRICS, unix:",
        "CULVERT_METRICS, /run/"
    })
    void invalidValueIsReportedWithItsVariable(String variable, String value) {
        assertThatThrownBy(() -> Settings.of(Map.of(variable, value)))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(variable + "=" + value + ": ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CULVERT_WARMUP=no | expected on or off",
                "CULVERT_SANDBOX=no | expected on, log or off",
                "CULVERT_METRICS=9586 | expected an address and a port, such as 127.0.0.1:9586, [::1]:9586, "
                        + "localhost:9586 or :9586, or a Unix socket, such as unix:/run/culvert/metrics.sock",
                "LOG_LEVEL=loud | expected silent, error, info, verbose or debug"
            })
    void errorsSayWhatWasExpected(String setting, String problem) {
        String[] parts = setting.split("=", 2);
        assertThatThrownBy(() -> Settings.of(Map.of(parts[0], parts[1])))
                .isInstanceOf(StartException.class)
                .hasMessage(setting + ": " + problem);
    }

    @Test
    void deprecatedNameStillWorks() throws StartException {
        String old = DeprecatedNames.oldVariable("CULVERT_WARMUP").orElseThrow();
        assertThat(Settings.of(Map.of(old, "off")).warmUp()).isFalse();
        assertThat(Settings.of(Map.of(old, "off", "CULVERT_WARMUP", "on")).warmUp())
                .as("the new name wins")
                .isTrue();
        assertThatThrownBy(() -> Settings.of(Map.of(old, "no")))
                .isInstanceOf(StartException.class)
                .hasMessage(old + "=no: expected on or off");
    }
}
