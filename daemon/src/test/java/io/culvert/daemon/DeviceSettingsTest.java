// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.engine.linux.LinuxPlatform.Backend;
import io.culvert.engine.linux.Offload;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSettingsTest {
    @Test
    void emptyEnvironmentGivesDefaults() throws StartException {
        DeviceSettings settings = DeviceSettings.of("wg0", Map.of());
        assertThat(settings.name()).isEqualTo("wg0");
        assertThat(settings.tunFd()).isEqualTo(-1);
        assertThat(settings.inheritedSocket()).isFalse();
        assertThat(settings.workers()).isPositive();
        assertThat(settings.processors()).isEmpty();
        assertThat(settings.backend()).isEqualTo(Backend.AUTO);
        assertThat(settings.offloads()).isEmpty();
    }

    @Test
    void environmentOverridesDefaults() throws StartException {
        DeviceSettings settings = DeviceSettings.of(
                "wg0",
                Map.of(
                        "WG_TUN_FD", "3",
                        "WG_UAPI_FD", "4",
                        "CULVERT_WORKERS", "5",
                        "CULVERT_IO", "plain",
                        "CULVERT_OFFLOADS", "-udp-gso,+tun-vxlan-gro",
                        "CULVERT_WATCHDOG", "60"));
        Map<Offload, Boolean> offloads = Map.of(Offload.UDP_GSO, false, Offload.TUN_VXLAN_GRO, true);
        assertThat(settings).isEqualTo(new DeviceSettings("wg0", 3, true, 5, List.of(), Backend.PLAIN, offloads, 60));
    }

    @Test
    void affinityListGivesOneWorkerPerCpu() throws StartException {
        assertThat(DeviceSettings.of("wg0", Map.of("CULVERT_AFFINITY", "0-0")))
                .returns(List.of(0), DeviceSettings::processors)
                .returns(1, DeviceSettings::workers);
        assertThatThrownBy(() -> DeviceSettings.of("wg0", Map.of("CULVERT_AFFINITY", "0,0")))
                .isInstanceOf(StartException.class)
                .hasMessage("CULVERT_AFFINITY=0,0: CPU 0 stands twice");
        assertThatThrownBy(() -> DeviceSettings.of("wg0", Map.of("CULVERT_AFFINITY", "0", "CULVERT_WORKERS", "2")))
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
                "CULVERT_OFFLOADS", "");
        assertThat(DeviceSettings.of("wg0", empty)).isEqualTo(DeviceSettings.of("wg0", Map.of()));
    }

    @Test
    void lastWordWinsIfAnOffloadIsRepeated() throws StartException {
        DeviceSettings settings = DeviceSettings.of("wg0", Map.of("CULVERT_OFFLOADS", "+udp-gro,-all,+udp-gso"));
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
        "CULVERT_OFFLOADS, -gso"
    })
    void invalidValueIsReportedWithItsVariable(String variable, String value) {
        assertThatThrownBy(() -> DeviceSettings.of("wg0", Map.of(variable, value)))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(variable + "=" + value + ": ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CULVERT_WORKERS=0 | expected a number from 1 to 256",
                "CULVERT_IO=epoll | expected auto, io_uring or plain",
                "CULVERT_AFFINITY=1-0 | expected a list of CPU numbers and ranges, such as 2,4-7",
                "CULVERT_OFFLOADS=-udp-gso,gso | \"gso\" is not + or - followed by all or one of tun-tso, tun-uso, "
                        + "tun-tunnel-tso, tun-segment-limit, tun-tcp-gro, tun-udp-gro, tun-vxlan-gro, udp-gso, "
                        + "udp-gro, wakeup-coalescing"
            })
    void errorsSayWhatWasExpected(String setting, String problem) {
        String[] parts = setting.split("=", 2);
        assertThatThrownBy(() -> DeviceSettings.of("wg0", Map.of(parts[0], parts[1])))
                .isInstanceOf(StartException.class)
                .hasMessage(setting + ": " + problem);
    }

    @Test
    void deprecatedNameStillWorks() throws StartException {
        String oldWord = DeprecatedNames.oldOffload(Offload.WAKEUP_COALESCING).orElseThrow();
        assertThat(DeviceSettings.of("wg0", Map.of("CULVERT_OFFLOADS", "-" + oldWord))
                        .offloads())
                .isEqualTo(Map.of(Offload.WAKEUP_COALESCING, false));
    }
}
