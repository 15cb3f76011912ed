// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.daemon.wgquick.config.ConfigParser.Parsed;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.routing.Prefix;
import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys are those of wg(8)'s and wg-quick(8)'s examples. */
class ConfigParserTest {
    private static final String KEY = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
    private static final String PEER = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    private static final String OTHER = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";

    private static final String EVERY_KEY = """
        # A comment
        [interface]
        privatekey=%s
        ListenPort = 51820 # another
        FwMark = 0xca6c
        Address = 10.0.0.1/24, fd00::1/64
        ADDRESS = 10.1.0.1
        DNS = 10.0.0.53, example.org
        DNS = fd00::53
        MTU = 1400
        Table = 1234
        PreUp = echo a = b
        PostUp = one %%i
        PostUp = two
        PreDown = three
        PostDown = four
        SaveConfig = True
        [Peer]
        PublicKey = %s
        PresharedKey = %s
        AllowedIPs = 10.192.122.3/32, 10.192.124.1/24
        AllowedIPs =
        Endpoint = test.wireguard.com:18981
        PersistentKeepalive = 25

        [Peer]
        PublicKey = %s\r
        Endpoint = [2607:5300:60:6b0::c05f:543]:2468
        PersistentKeepalive = off
        AllowedIPs = ::/0""".formatted(KEY, PEER, KEY, OTHER);

    private static Parsed parse(String text) throws ConfigException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ConfigParser.parse(
                "wg0.conf", ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
    }

    private static String print(TunnelConfig config) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ConfigWriter.write(config, Channels.newChannel(bytes));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyKeyIsRead() throws Exception {
        Parsed parsed = parse(EVERY_KEY);
        assertThat(parsed.warnings()).isEmpty();
        try (TunnelConfig config = parsed.config()) {
            InterfaceConfig self = config.self();
            assertThat(self.listenPort()).hasValue(51820);
            assertThat(self.fwmark()).hasValue(51820);
            assertThat(self.addresses()).hasToString("[10.0.0.1/24, fd00::1/64, 10.1.0.1/32]");
            assertThat(self.dns()).containsExactly("10.0.0.53", "fd00::53");
            assertThat(self.dnsSearch()).containsExactly("example.org");
            assertThat(self.mtu()).hasValue(1400);
            assertThat(self.table()).isEqualTo(new RouteTable("1234"));
            assertThat(self.hooks(Hook.PRE_UP)).containsExactly("echo a = b");
            assertThat(self.hooks(Hook.POST_UP)).containsExactly("one %i", "two");
            assertThat(self.hooks(Hook.PRE_DOWN)).containsExactly("three");
            assertThat(self.hooks(Hook.POST_DOWN)).containsExactly("four");
            assertThat(self.saveConfig()).isTrue();
            PeerConfig first = config.peers().getFirst();
            assertThat(first.publicKey().toBase64()).isEqualTo(PEER);
            assertThat(first.presharedKey().sameAs(self.privateKey())).isTrue();
            assertThat(first.allowedIps().stream().map(Cidr::text))
                    .containsExactly("10.192.122.3/32", "10.192.124.0/24");
            assertThat(first.endpoint()).hasToString("test.wireguard.com:18981");
            assertThat(first.keepaliveSeconds()).isEqualTo(25);
            PeerConfig second = config.peers().getLast();
            assertThat(second.endpoint()).hasToString("[2607:5300:60:6b0::c05f:543]:2468");
            assertThat(second.keepaliveSeconds()).isZero();
            assertThat(config.isFullTunnel())
                    .as("routes go to a table of their own")
                    .isFalse();
            assertThat(print(config)).contains("PrivateKey = " + KEY, "FwMark = 0xca6c");
        }
    }

    @Test
    void whatIsNotSetHasItsStandard() throws Exception {
        try (TunnelConfig config = parse("[Interface]\n[Peer]\nPublicKey=" + PEER + "\nAllowedIPs=0.0.0.0/0\n")
                .config()) {
            assertThat(config.self().privateKey()).isNull();
            assertThat(config.self().listenPort()).isEmpty();
            assertThat(config.self().mtu()).isEmpty();
            assertThat(config.self().table()).isEqualTo(RouteTable.AUTO);
            assertThat(config.peers().getFirst().endpoint()).isNull();
            assertThat(config.isFullTunnel()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Adress = 10.0.0.1/24 | unknown key \"Adress\"; [Interface] has PrivateKey",
                "Endpoint = 192.0.2.1:1 | Endpoint belongs in [Peer], not in [Interface]",
                "nonsense | expected KEY = VALUE",
                "[Server] | unknown section [Server]; there are [Interface] and [Peer]",
                "[Interface] | a second [Interface]; the first is in line 1",
                "PrivateKey = yAnz5TF | PrivateKey: expected a key in Base64 of 44 characters, got 7",
                "PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBm!= | PrivateKey: expected a key in Base64, got",
                "PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBml= | PrivateKey: expected a key in Base64, got",
                "ListenPort = 65536 | ListenPort: expected a number from 0 to 65535, got \"65536\"",
                "ListenPort = | ListenPort: expected a number from 0 to 65535, got \"\"",
                "FwMark = 0x123456789 | FwMark: expected off or a number of 32 bits",
                "Address = 10.0.0.1/33 | Address: expected an address with the length of its network's prefix",
                "Address = 10.0.0/24 | Address: expected an address",
                "Address = fd00::1/64, fd00:0::1/96 | Address: fd00::1 stands twice; first in line 2",
                "DNS = 10.0.0 | DNS: expected a server's numeric address or a search domain, got \"10.0.0\"",
                "MTU = 67 | MTU: expected a number from 68 to 65535, got \"67\"",
                "Table = nosuchtable | Table: expected auto, off, or a routing table's number or name (rt_tables)",
                "Table = 0 | Table: expected auto, off, or",
                "SaveConfig = yes | SaveConfig: expected true or false, got \"yes\"",
            })
    void faultOfTheInterfaceIsNamedWithItsLine(String line, String fault) {
        assertThatThrownBy(() -> parse("[Interface]\n" + line + "\n"))
                .isInstanceOf(ConfigException.class)
                .message()
                .startsWith("wg0.conf:2: " + fault)
                .doesNotContain("yAnz5TF");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MTU = 1400 | MTU belongs in [Interface], not in [Peer]",
                "AllowedIps4 = 10.0.0.0/8 | unknown key \"AllowedIps4\"; [Peer] has PublicKey",
                "AllowedIPs = 10.0.0.0/8, 10.0.0.300 | AllowedIPs: expected an address and a prefix length",
                "Endpoint = host.example | Endpoint: expected HOST:PORT",
                "Endpoint = host.example:0 | Endpoint: expected HOST:PORT",
                "Endpoint = 192.0.2.300:51820 | Endpoint: expected HOST:PORT",
                "Endpoint = 2001:db8::1:51820 | Endpoint: expected HOST:PORT",
                "PersistentKeepalive = 65536 | PersistentKeepalive: expected a number from 0 to 65535",
                "PublicKey = yAnz5TF | PublicKey: stands twice; first in line 3",
                "PresharedKey = yAnz5TF | PresharedKey: expected a key in Base64 of 44 characters, got 7",
            })
    void faultOfAPeerIsNamedWithItsLine(String line, String fault) {
        assertThatThrownBy(() -> parse("[Interface]\n[Peer]\nPublicKey = " + PEER + "\n" + line + "\n"))
                .isInstanceOf(ConfigException.class)
                .message()
                .startsWith("wg0.conf:4: " + fault);
    }

    @Test
    void allFaultsAreNamed() {
        assertThatThrownBy(() -> parse(
                        "ListenPort = 1\n[Peer]\n[Peer]\nPublicKey = " + PEER + "\n[Peer]\nPublicKey = " + PEER + "\n"))
                .hasMessage("""
                        wg0.conf:1: ListenPort stands before the first [Interface] or [Peer]
                        wg0.conf:6: PublicKey: the same key as in line 4; a peer has one [Peer]
                        wg0.conf:2: [Peer] has no PublicKey
                        wg0.conf: there is no [Interface]""");
        assertThatThrownBy(() -> parse("[Interface]\n" + "x = y\n".repeat(100)))
                .message()
                .contains("wg0.conf:21: ", "and 80 more faults")
                .doesNotContain("wg0.conf:22: ");
    }

    @Test
    void ipv6NeedsItsMtu() {
        assertThatThrownBy(() -> parse("[Interface]\nMTU = 1279\nAddress = fd00::1/64\n"))
                .hasMessageStartingWith("wg0.conf:2: MTU: IPv6, which an Address has, needs 1280 at least");
    }

    @Test
    void valuesThatMayBeSecretAreNotRepeated() {
        assertThatThrownBy(() -> parse("[Interface]\nPrivteKey = " + KEY + "\n" + KEY + "\n[" + KEY + "\n"))
                .message()
                .contains("wg0.conf:2: unknown key \"PrivteKey\"", "wg0.conf:3: ", "wg0.conf:4: ")
                .doesNotContain(KEY.substring(0, 43));
    }

    @Test
    void whatWgTakesIsTakenWithAWarning() throws Exception {
        Parsed parsed = parse("[Interface]\n[Peer]\nPublicKey = " + PEER + "\nAllowedIPs = 10.0.0.2, 10.0.0.3/32\n"
                + "[Peer]\nPublicKey = " + OTHER + "\nAllowedIPs = 10.0.0.3/32\n");
        assertThat(parsed.warnings())
                .containsExactly(
                        "wg0.conf:4: AllowedIPs: 10.0.0.2 has no prefix length; taken as 10.0.0.2/32",
                        "wg0.conf:7: AllowedIPs: the peer of line 2 has 10.0.0.3/32 too; the later one gets it");
        assertThat(parsed.config().peers().getFirst().allowedIps()).hasSize(1);
        assertThat(parsed.config().peers().getLast().allowedIps()).hasSize(1);
    }

    private static Secret secret(Draw draw) {
        Secret secret = new Secret();
        for (int i = 0; i < Secret.BYTES; i++) {
            Memory.putByte(secret.address() + i, (byte) draw.integer(-128, 127));
        }
        return secret;
    }

    private static Prefix prefix(Draw draw) {
        boolean ipv6 = draw.bool();
        return new Prefix(
                ipv6,
                draw.longInteger(),
                draw.longInteger() & (ipv6 ? -1 : 0xffff_ffffL),
                draw.integer(0, ipv6 ? 128 : 32));
    }

    private static InterfaceAddress address(Draw draw) {
        Prefix prefix = prefix(draw);
        int bits = prefix.ipv6() ? 128 : 32;
        return new InterfaceAddress(new Prefix(prefix.ipv6(), prefix.high(), prefix.low(), bits), prefix.length());
    }

    private static OptionalInt number(Draw draw, int min, int max) {
        return draw.bool() ? OptionalInt.of(draw.integer(min, max)) : OptionalInt.empty();
    }

    private static TunnelConfig config(Draw draw) {
        Map<Hook, List<String>> hooks = new EnumMap<>(Hook.class);
        for (Hook hook : Hook.values()) {
            hooks.put(hook, draw.list(0, 2, () -> draw.of("ip rule", "a = b; c", "echo \"%i\" | cat", "ü")));
        }
        InterfaceConfig self = new InterfaceConfig(
                draw.bool() ? secret(draw) : null,
                number(draw, 0, 65_535),
                number(draw, Integer.MIN_VALUE, Integer.MAX_VALUE),
                distinct(draw.list(0, 3, () -> address(draw)), InterfaceAddress::host),
                draw.list(0, 2, () -> Cidr.address(address(draw).host())),
                draw.list(0, 2, () -> draw.of("example.org", "corp", "a.b.c")),
                number(draw, 1280, 65_535),
                draw.of(RouteTable.AUTO, RouteTable.OFF, new RouteTable("4294967295"), new RouteTable("main")),
                hooks,
                draw.bool());
        List<Prefix> prefixes = distinct(draw.list(0, 9, () -> prefix(draw)), prefix -> prefix);
        List<PeerConfig> peers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            byte[] key = new byte[PublicKey.BYTES];
            key[draw.integer(0, 31)] = (byte) draw.integer(0, 127);
            key[31] = (byte) i;
            int peer = i;
            peers.add(new PeerConfig(
                    new PublicKey(key),
                    draw.bool() ? secret(draw) : null,
                    draw.of(null, new Endpoint("host-1.example", 1, 0), new Endpoint("2001:db8::1", 65_535, 0)),
                    draw.integer(0, 65_535),
                    prefixes.stream()
                            .filter(prefix -> prefixes.indexOf(prefix) % 3 == peer)
                            .toList()));
        }
        return new TunnelConfig(self, peers);
    }

    private static <T> List<T> distinct(List<T> list, java.util.function.Function<T, Object> key) {
        return new ArrayList<>(list.stream()
                .collect(Collectors.toMap(key, each -> each, (a, b) -> a, java.util.LinkedHashMap::new))
                .values());
    }

    /** What is written parses to the same, key by key, secrets included. */
    @Test
    void whatIsWrittenIsReadAgain() {
        Laws.check(300, draw -> {
            try (TunnelConfig config = config(draw)) {
                String text = print(config);
                Parsed parsed = parse(text);
                try (TunnelConfig again = parsed.config()) {
                    assertThat(parsed.warnings()).isEmpty();
                    assertThat(print(again)).isEqualTo(text);
                    assertThat(again.self().addresses()).isEqualTo(config.self().addresses());
                    assertThat(again.self().fwmark()).isEqualTo(config.self().fwmark());
                    for (int i = 0; i < 3; i++) {
                        PeerConfig peer = config.peers().get(i);
                        PeerConfig other = again.peers().get(i);
                        assertThat(other.publicKey()).isEqualTo(peer.publicKey());
                        assertThat(other.allowedIps()).isEqualTo(peer.allowedIps());
                        assertThat(
                                        peer.presharedKey() == null
                                                ? other.presharedKey() == null
                                                : other.presharedKey().sameAs(peer.presharedKey()))
                                .isTrue();
                    }
                }
            }
        });
    }

    /** Neither text of any kind nor lines of the real keys end in another exception than that of a fault. */
    @Test
    void anyTextIsReadOrRefused() {
        Laws.check(draw -> {
            String text = String.join(
                    "",
                    draw.list(
                            0,
                            20,
                            () -> draw.chance(1, 2)
                                    ? draw.of(
                                            "[Interface]\n", "[Peer]\n", "=", "\n", "#", ",", KEY, "\0", "/", ":", "%")
                                    : draw.of(ConfigKey.values()).text() + "=" + draw.text(10) + "\n"));
            try {
                parse(text).config().close();
            } catch (ConfigException e) {
                assertThat(e.getMessage()).startsWith("wg0.conf:").doesNotContain(KEY);
            }
        });
    }
}
