// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import io.culvert.bench.result.Series;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProtocolComparisonTest {
    private static final Series CULVERT = throughput("culvert", 5);
    private static final Series OPENVPN = throughput("openvpn-aes", 0.5);
    private static final Series CULVERT_PING = ping("culvert", 150);
    private static final Series OPENVPN_PING = ping("openvpn-aes", 1500);

    private static Series throughput(String implementation, double gigabits) {
        return new Series("tcp1", implementation, "throughput", "Gbit/s", true, List.of(gigabits));
    }

    private static Series ping(String implementation, double micros) {
        return new Series("ping", implementation, "median", "us", false, List.of(micros));
    }

    private static ProtocolComparison of(Series... series) {
        return ProtocolComparison.of(new Run("end-to-end", Map.of(), Map.of(), List.of(series)));
    }

    @Test
    void hasTheImplementationsWithBothFiguresTheFastestFirst() {
        ProtocolComparison comparison =
                of(OPENVPN, CULVERT, throughput("wireguard-go", 2.5), CULVERT_PING, OPENVPN_PING, ping("tailscale", 9));

        assertThat(comparison.rows())
                .containsExactly(
                        new ProtocolComparison.Row("culvert", "WireGuard", CULVERT, CULVERT_PING),
                        new ProtocolComparison.Row("openvpn-aes", "OpenVPN, AES-256-GCM", OPENVPN, OPENVPN_PING));
        assertThat(comparison.hasOtherProtocols()).isTrue();
        assertThat(comparison.text())
                .containsPattern("culvert +WireGuard +5\\.00 Gbit/s +150 \u00b5s\n")
                .containsPattern("openvpn-aes +OpenVPN, AES-256-GCM +0\\.50 Gbit/s +1,500 \u00b5s\n");
    }

    @Test
    void namesProtocolAndCipher() {
        for (Map.Entry<String, String> one : Map.of(
                        "kernel-wireguard", "WireGuard",
                        "kernel-ipsec-chacha", "IPsec, ChaCha20-Poly1305",
                        "strongswan-aes", "IPsec, AES-256-GCM",
                        "openvpn-chacha", "OpenVPN, ChaCha20-Poly1305",
                        "no-crypto", "none, unencrypted")
                .entrySet()) {
            assertThat(of(throughput(one.getKey(), 1), ping(one.getKey(), 1))
                            .rows()
                            .getFirst()
                            .protocol())
                    .isEqualTo(one.getValue());
        }
    }

    @Test
    void wireGuardAndTheBaselineAreNoOtherProtocols() {
        assertThat(of(CULVERT, throughput("no-crypto", 9), CULVERT_PING, ping("no-crypto", 90))
                        .hasOtherProtocols())
                .isFalse();
    }

    @Test
    void aRunWithoutBothFiguresHasNoText() {
        assertThat(of().text()).isEmpty();
        assertThat(of(CULVERT).text()).isEmpty();
    }
}
