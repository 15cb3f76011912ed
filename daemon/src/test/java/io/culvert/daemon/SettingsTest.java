package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    void anEmptyEnvironmentIsTheUsualOne() throws StartException {
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
        assertThat(settings.rehearsal()).isTrue();
        assertThat(settings.metrics()).isNull();
    }

    @Test
    void theEnvironmentDecides() throws StartException {
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
                        "CULVERT_REHEARSAL", "off",
                        "CULVERT_METRICS", "[::1]:9586"));
        InetSocketAddress metrics = new InetSocketAddress("::1", 9586);
        Map<Offload, Boolean> offloads = Map.of(Offload.UDP_GSO, false, Offload.TUN_VXLAN_GRO, true);
        assertThat(settings)
                .isEqualTo(new Settings(
                        "wg0", 3, true, true, true, 5, List.of(), Backend.PLAIN, offloads, false, metrics));
        assertThat(Settings.of("wg0", Map.of("LOG_LEVEL", "silent")).keepError())
                .isFalse();
    }

    @Test
    void thereIsAWorkerForEachProcessor() throws StartException {
        assertThat(Settings.of("wg0", Map.of("CULVERT_AFFINITY", "0,0-0,0")))
                .returns(List.of(0, 0, 0), Settings::processors)
                .returns(3, Settings::workers);
        assertThatThrownBy(() -> Settings.of("wg0", Map.of("CULVERT_AFFINITY", "0", "CULVERT_WORKERS", "2")))
                .isInstanceOf(StartException.class)
                .hasMessage("CULVERT_AFFINITY names 1 processors for 2 workers: 0");
    }

    @Test
    void laterWordsOfOffloadsCount() throws StartException {
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
        "CULVERT_AFFINITY, ''",
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
        "CULVERT_REHEARSAL, no",
        "CULVERT_METRICS, 9586",
        "CULVERT_METRICS, localhost:9586",
        "CULVERT_METRICS, 127.0.0.1:0",
        "CULVERT_METRICS, 127.0.0.1:65536"
    })
    void whatMakesNoSenseIsNamed(String variable, String value) {
        assertThatThrownBy(() -> Settings.of("wg0", Map.of(variable, value)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(variable)
                .hasMessageContaining(value);
    }
}
