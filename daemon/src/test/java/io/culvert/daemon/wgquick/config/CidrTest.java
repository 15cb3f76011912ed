// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of RFC 5952, section 4, and IPv4. */
class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001/32, 2001:db8::/32",
        "2001:db8:0:0:0:0:2:1/128, 2001:db8::2:1/128",
        "2001:db8:0:1:1:1:1:1/128, 2001:db8:0:1:1:1:1:1/128",
        "2001:0:0:1:0:0:0:1/128, 2001:0:0:1::1/128",
        "2001:db8:0:0:1:0:0:1/128, 2001:db8::1:0:0:1/128",
        "2001:DB8::A/128, 2001:db8::a/128",
        "::/0, ::/0",
        "::1/128, ::1/128",
        "fe80::/10, fe80::/10",
        "255.1.2.3/24, 255.1.2.0/24",
    })
    void textIsCanonical(String text, String canonical) {
        assertThat(Cidr.text(InterfaceAddress.parse(text).network())).isEqualTo(canonical);
    }
}
