// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FirstSecondsTest {
    @Test
    void restartedProgramGetsItsConfigurationBackAndBeginsAHandshake() {
        String answer = """
                private_key=11
                listen_port=51820
                public_key=22
                preshared_key=33
                protocol_version=1
                endpoint=10.0.0.2:51820
                last_handshake_time_sec=1
                tx_bytes=148
                allowed_ip=10.1.0.2/32
                allowed_ip=fd00::2/128
                errno=0

                """;
        assertThat(FirstSeconds.configuration(answer)).isEqualTo("""
                set=1
                private_key=11
                listen_port=51820
                public_key=22
                preshared_key=33
                endpoint=10.0.0.2:51820
                allowed_ip=10.1.0.2/32
                allowed_ip=fd00::2/128
                persistent_keepalive_interval=25

                """);
    }
}
