// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandOverRequestTest {
    private static HandOverRequest request(String line) {
        return HandOverRequest.parse(line).orElseThrow();
    }

    @Test
    void fieldsAreSeparatedByTabs() {
        HandOverRequest request = request("reply.17\tleft\twg1\tCULVERT_WORKERS=1\tCULVERT_OFFLOADS=-all,+udp-gso");
        assertThat(request.name()).isEqualTo("wg1");
        assertThat(request.namespaceFile()).contains(Path.of("/run/netns/left"));
        assertThat(request.variables()).isEqualTo(Map.of("CULVERT_WORKERS", "1", "CULVERT_OFFLOADS", "-all,+udp-gso"));
        assertThat(request("reply.1\t\twg0").namespaceFile()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "reply.1\t",
                "reply.1/../../etc/passwd\t\twg0",
                "/tmp/reply.1\t\twg0",
                "reply.1\t../../proc/1/ns/net\twg0",
                "reply.1\t..\twg0",
                "reply.1\t\twg0\tCULVERT_WORKERS",
                "reply.1\t\twg0\t=1"
            })
    void otherLinesAreRefused(String line) {
        assertThat(HandOverRequest.parse(line)).isEmpty();
    }

    @Test
    void variablesOfTheCallerGoBeforeThoseOfTheService() throws StartException {
        Map<String, String> service =
                Map.of("CULVERT_WORKERS", "3", "CULVERT_IO", "plain", "WG_TUN_FD", "9", "CULVERT_AEAD", "jce");
        DeviceSettings settings = request("reply.1\t\twg0\tCULVERT_WORKERS=1\tCULVERT_AEAD=jce\tCULVERT_METRICS=")
                .settings(service);
        assertThat(settings.workers()).isEqualTo(1);
        assertThat(settings.tunFd()).isEqualTo(-1);
        assertThat(settings).isEqualTo(DeviceSettings.of("wg0", Map.of("CULVERT_WORKERS", "1", "CULVERT_IO", "plain")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CULVERT_AEAD",
                "CULVERT_SANDBOX",
                "CULVERT_METRICS",
                "CULVERT_LOG",
                "CULVERT_JAVA_OPTS",
                "LOG_LEVEL"
            })
    void otherValueOfASettingOfTheProcessIsRefused(String variable) {
        HandOverRequest request = request("reply.1\t\twg0\t" + variable + "=x");
        assertThatThrownBy(() -> request.settings(Map.of()))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(variable + "=x: the service that is to carry wg0 was started without it")
                .hasMessageContaining("CULVERT_SERVICE=off");
        assertThatThrownBy(() -> request.settings(Map.of(variable, "y"))).hasMessageContaining("was started with y");
    }
}
