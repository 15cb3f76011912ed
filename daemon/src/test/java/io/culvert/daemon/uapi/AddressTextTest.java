// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.routing.Prefix;
import io.culvert.laws.Laws;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTextTest {
    /** Those that occur in addresses, prefixes and endpoints. */
    private static final String[] CHARACTERS = "0123456789abcdef:.[]%/-".split("");

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::, 0:0:0:0:0:0:0:0",
        "::1, 0:0:0:0:0:0:0:1",
        "1::, 1:0:0:0:0:0:0:0",
        "2001:DB8::a, 2001:db8:0:0:0:0:0:a",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "64:ff9b::192.0.2.33, 64:ff9b:0:0:0:0:c000:221",
        "1:2:3:4:5:6:192.0.2.33, 1:2:3:4:5:6:c000:221",
    })
    void parsesAddresses(String text, String address) throws UnknownHostException {
        assertThat(InetAddress.getByAddress(AddressText.address(text)).getHostAddress())
                .isEqualTo(address);
    }

    @Test
    void keepsMappedAddressesAsIpv6() {
        assertThat(AddressText.address("::ffff:192.0.2.1")).hasSize(16);
        assertThat(AddressText.prefix("::ffff:192.0.2.1/128").ipv6()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                ":",
                ":::",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "01.2.3.4",
                "1.2.3.4 ",
                "a.b.c.d",
                "1..2.3",
                "-1.2.3.4",
                "1.2.3.0x4",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "g::",
                "::1%1",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "[::1]",
                ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                "localhost",
                "١.٢.٣.٤"
            })
    void rejectsInvalidAddresses(String text) {
        assertThat(AddressText.address(text)).isNull();
    }

    @Test
    void parsesInetAddressText() {
        Laws.check(draw -> {
            byte[] ipv6 = draw.bytes(16, 16);
            byte[] ipv4 = draw.bytes(4, 4);

            String text = Inet6Address.getByAddress(null, ipv6, -1).getHostAddress();
            assertThat(AddressText.address(text)).isEqualTo(ipv6);
            assertThat(AddressText.address(InetAddress.getByAddress(ipv4).getHostAddress()))
                    .isEqualTo(ipv4);
        });
    }

    @Test
    void parsesPrefixText() {
        Laws.check(draw -> {
            boolean ipv6 = draw.bool();
            long high = draw.longInteger();
            long low = draw.longInteger();
            int length = draw.integer(0, 128);

            Prefix prefix = new Prefix(ipv6, high, ipv6 ? low : low & 0xffff_ffffL, ipv6 ? length : length % 33);
            assertThat(AddressText.prefix(prefix.toString())).isEqualTo(prefix);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "/8",
                "::/129",
                "::/99999999999",
                "10.0.0.0/ 8",
                "10.0/8",
                "fd00::/x"
            })
    void rejectsInvalidPrefixes(String text) {
        assertThat(AddressText.prefix(text)).isNull();
    }

    @Test
    void parsesEndpoints() {
        InetSocketAddress ipv4 = AddressText.endpoint("192.0.2.1:51820");
        assertThat(ipv4.getAddress()).isInstanceOf(Inet4Address.class);
        assertThat(ipv4.getPort()).isEqualTo(51820);
        InetSocketAddress ipv6 = AddressText.endpoint("[fe80::1%2]:65535");
        assertThat(ipv6.getAddress()).isInstanceOf(Inet6Address.class);
        assertThat(((Inet6Address) ipv6.getAddress()).getScopeId()).isEqualTo(2);
        assertThat(AddressText.endpoint("[fe80::1%lo]:1").getAddress())
                .isEqualTo(AddressText.endpoint("[fe80::1%1]:1").getAddress());
        assertThat(AddressText.endpoint("[::ffff:192.0.2.1]:1").getAddress()).isEqualTo(ipv4.getAddress());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.1", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:70000", "::1:51820", "[::1]",
                "[::1]51820", "[192.0.2.1]:1", "[::1%]:1", "[::1%nosuchinterface]:1", "host:1", ":1", "[]:1"
            })
    void rejectsInvalidEndpoints(String text) {
        assertThat(AddressText.endpoint(text)).isNull();
    }

    @Test
    void arbitraryTextNeverThrows() {
        Laws.check(draw -> {
            String text = String.join("", draw.list(0, 50, () -> draw.of(CHARACTERS)));

            byte[] address = AddressText.address(text);
            assertThat(address == null || address.length == 4 || address.length == 16)
                    .isTrue();
            AddressText.prefix(text);
            AddressText.endpoint(text);
        });
    }
}
