// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.daemon.sandbox.SandboxMode;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.Offload;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void emptyEnvironmentGivesDefaults() throws StartException {
        Settings settings = Settings.of("wg0", Map.of());
        assertThat(settings.name()).isEqualTo("wg0");
        assertThat(settings.tunFd()).isEqualTo(-1);
        assertThat(settings.inheritedSocket()).isFalse();
        assertThat(settings.background()).isFalse();
        assertThat(settings.keepError()).isFalse();
        assertThat(settings.workers()).isPositive();
        assertThat(settings.processors()).isEmpty();
        assertThat(settings.backend()).isEqualTo(Backend.AUTO);
        assertThat(settings.offloads()).isEmpty();
        assertThat(settings.warmUp()).isTrue();
        assertThat(settings.metrics()).isNull();
    }

    @Test
    void environmentOverridesDefaults() throws StartException {
        Settings settings = Settings.of(
                "wg0",
                Map.of(
                        "WG_TUN_FD", "3",
                        "WG_UAPI_FD", "4",
                        "CULVERT_BACKGROUND", "1",
                        "LOG_LEVEL", "verbose",
                        "CULVERT_WORKERS", "5",
                        "CULVERT_IO", "plain",
                        "CULVERT_OFFLOADS", "-udp-gso,+tun-vxlan-gro",
                        "CULVERT_WARMUP", "off",
                        "CULVERT_METRICS", "[::1]:9586",
                        "CULVERT_WATCHDOG", "60"));
        InetSocketAddress metrics = new InetSocketAddress("::1", 9586);
        Map<Offload, Boolean> offloads = Map.of(Offload.UDP_GSO, false, Offload.TUN_VXLAN_GRO, true);
        assertThat(settings)
                .isEqualTo(new Settings(
                        "wg0",
                        3,
                        true,
                        true,
                        true,
                        5,
                        List.of(),
                        Backend.PLAIN,
                        offloads,
                        false,
                        SandboxMode.ON,
                        metrics,
                        60));
        assertThat(Settings.of("wg0", Map.of("CULVERT_SANDBOX", "log")).sandbox())
                .isEqualTo(SandboxMode.LOG);
        assertThat(Settings.of("wg0", Map.of("LOG_LEVEL", "silent")).keepError())
                .isFalse();
    }

    @Test
    void affinityListGivesOneWorkerPerCpu() throws StartException {
        assertThat(Settings.of("wg0", Map.of("CULVERT_AFFINITY", "0-0")))
                .returns(List.of(0), Settings::processors)
                .returns(1, Settings::workers);
        assertThatThrownBy(() -> Settings.of("wg0", Map.of("CULVERT_AFFINITY", "0,0")))
                .isInstanceOf(StartException.class)
                .hasMessage("CULVERT_AFFINITY=0,0: CPU 0 stands twice");
        assertThatThrownBy(() -> Settings.of("wg0", Map.of("CULVERT_AFFINITY", "0", "CULVERT_WORKERS", "2")))
                .isInstanceOf(StartException.class)
                .hasMessage("CULVERT_AFFINITY=0: expected one CPU for each of 2 workers, got 1");
    }

    @Test
    void emptyVariableCountsAsUnset() throws StartException {
        Map<String, String> empty = Map.of(
                "WG_TUN_FD", "",
                "WG_UAPI_FD", "",
                "CULVERT_WORKERS", "",
                "CULVERT_AFFINITY", "",
                "CULVERT_IO", "",
                "CULVERT_OFFLOADS", "",
                "CULVERT_WARMUP", "",
                "CULVERT_METRICS", "",
                "LOG_LEVEL", "");
        assertThat(Settings.of("wg0", empty)).isEqualTo(Settings.of("wg0", Map.of()));
    }

    @Test
    void metricsAddressMayBeANameOrAll() throws StartException {
        InetSocketAddress local =
                Settings.of("wg0", Map.of("CULVERT_METRICS", "localhost:9586")).metrics();
        assertThat(local.getAddress().isLoopbackAddress()).isTrue();
        assertThat(local.getPort()).isEqualTo(9586);
        InetSocketAddress all =
                Settings.of("wg0", Map.of("CULVERT_METRICS", ":9586")).metrics();
        assertThat(all.getAddress().isAnyLocalAddress()).isTrue();
    }

    @Test
    void lastWordWinsIfAnOffloadIsRepeated() throws StartException {
        Settings settings = Settings.of("wg0", Map.of("CULVERT_OFFLOADS", "+udp-gro,-all,+udp-gso"));
        assertThat(settings.offloads()).hasSameSizeAs(Offload.values());
        assertThat(settings.offloads()).containsEntry(Offload.UDP_GSO, true).containsEntry(Offload.UDP_GRO, false);
    }

    @ParameterizedTest
    @CsvSource({
        "CULVERT_WORKERS, 0",
        "CULVERT_WORKERS, 257",
        "CULVERT_WORKERS, two",
        "WG_TUN_FD, -1",
        "CULVERT_IO, epoll",
        "CULVERT_AFFINITY, '0,'",
        "CULVERT_AFFINITY, 1-0",
        "CULVERT_AFFINITY, 0-0-0",
        "CULVERT_AFFINITY, -1",
        "CULVERT_AFFINITY, 65535",
        "CULVERT_AFFINITY, 65536",
        "CULVERT_OFFLOADS, udp-gso",
        "CULVERT_OFFLOADS, -",
        "CULVERT_OFFLOADS, '-udp-gso,,-udp-gro'",
        "CULVERT_OFFLOADS, -gso",
        "CULVERT_WARMUP, no",
        "CULVERT_SANDBOX, ON",
        "CULVERT_METRICS, 9586",
        "CULVERT_METRICS, 'two words:9586'",
        "CULVERT_METRICS, 'no.such.host.invalid:9586'",
        "CULVERT_METRICS, '::1:9586'",
        "LOG_LEVEL, loud",
        "CULVERT_METRICS, 127.0.0.1:0",
        "CULVERT_METRICS, 127.0.0.1:65536"
    })
    void invalidValueIsReportedWithItsVariable(String variable, String value) {
        assertThatThrownBy(() -> Settings.of("wg0", Map.of(variable, value)))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(variable + "=" + value + ": ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CULVERT_WORKERS=0 | expected a number from 1 to 256",
                "CULVERT_IO=epoll | expected auto, io_uring or plain",
                "CULVERT_WARMUP=no | expected on or off",
                "CULVERT_SANDBOX=no | expected on, log or off",
                "CULVERT_AFFINITY=1-0 | expected a list of CPU numbers and ranges, such as 2,4-7",
                "CULVERT_METRICS=9586 | expected an address and a port, such as 127.0.0.1:9586, [::1]:9586, "
                        + "localhost:9586 or :9586",
                "LOG_LEVEL=loud | expected silent, error, info, verbose or debug",
                "CULVERT_OFFLOADS=-udp-gso,gso | \"gso\" is not + or - followed by all or one of tun-tso, tun-uso, "
                        + "tun-tunnel-tso, tun-segment-limit, tun-tcp-gro, tun-udp-gro, tun-vxlan-gro, udp-gso, "
                        + "udp-gro, wakeup-coalescing"
            })
    void errorsSayWhatWasExpected(String setting, String problem) {
        String[] parts = setting.split("=", 2);
        assertThatThrownBy(() -> Settings.of("wg0", Map.of(parts[0], parts[1])))
                .isInstanceOf(StartException.class)
                .hasMessage(setting + ": " + problem);
    }

    @Test
    void deprecatedNamesStillWork() throws StartException {
        String old = DeprecatedNames.oldVariable("CULVERT_WARMUP").orElseThrow();
        assertThat(Settings.of("wg0", Map.of(old, "off")).warmUp()).isFalse();
        assertThat(Settings.of("wg0", Map.of(old, "off", "CULVERT_WARMUP", "on"))
                        .warmUp())
                .as("the new name wins")
                .isTrue();
        assertThatThrownBy(() -> Settings.of("wg0", Map.of(old, "no")))
                .isInstanceOf(StartException.class)
                .hasMessage(old + "=no: expected on or off");
        String oldWord = DeprecatedNames.oldOffload(Offload.WAKEUP_COALESCING).orElseThrow();
        assertThat(Settings.of("wg0", Map.of("CULVERT_OFFLOADS", "-" + oldWord)).offloads())
                .isEqualTo(Map.of(Offload.WAKEUP_COALESCING, false));
    }
}
