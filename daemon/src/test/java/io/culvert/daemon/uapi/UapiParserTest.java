// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.device.PeerUpdate.AllowedIp;
import io.culvert.engine.noise.PublicKey;
import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import io.culvert.natives.generated.linux_h;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UapiParserTest {
    private static final String KEY_A = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static final String KEY_B = "0123456789abcdef".repeat(4);
    private static final String PEER = "public_key=" + KEY_A + "\n";

    private static DeviceUpdate parse(String text) throws UapiException {
        return parse(new MemoryBudget(1 << 30), text);
    }

    private static DeviceUpdate parse(MemoryBudget memory, String text) throws UapiException {
        try (UapiParser parser = new UapiParser(memory)) {
            for (String line : text.split("\n")) {
                byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
                parser.accept(ByteBuffer.wrap(bytes), bytes.length);
            }
            return parser.finish();
        }
    }

    private static PublicKey key(String hex) {
        return new PublicKey(HexFormat.of().parseHex(hex));
    }

    @Test
    void parsesEveryKey() throws UapiException {
        String text = "private_key=" + KEY_B + "\nlisten_port=51820\nfwmark=4294967295\nreplace_peers=true\n"
                + PEER + "update_only=true\npreshared_key=" + KEY_B + "\nendpoint=[2001:db8::1]:1\n"
                + "persistent_keepalive_interval=25\nreplace_allowed_ips=true\nallowed_ip=10.1.2.3/8\n"
                + "allowed_ip=-fd00::/64\nprotocol_version=1\npublic_key=" + KEY_B + "\nremove=true";
        try (DeviceUpdate update = parse(text)) {
            assertThat(update.privateKey().toBytes()).isEqualTo(HexFormat.of().parseHex(KEY_B));
            assertThat(update.listenPort()).hasValue(51820);
            assertThat(update.fwmark()).hasValue(-1);
            assertThat(update.replacePeers()).isTrue();
            assertThat(update.peers()).hasSize(2);
            PeerUpdate first = update.peers().getFirst();
            assertThat(first.publicKey()).isEqualTo(key(KEY_A));
            assertThat(first.updateOnly()).isTrue();
            assertThat(first.remove()).isFalse();
            assertThat(first.presharedKey().toBytes()).isEqualTo(HexFormat.of().parseHex(KEY_B));
            assertThat(first.endpoint().getPort()).isEqualTo(1);
            assertThat(first.keepaliveSeconds()).hasValue(25);
            assertThat(first.replaceAllowedIps()).isTrue();
            assertThat(first.allowedIps())
                    .containsExactly(
                            new AllowedIp(AddressText.prefix("10.0.0.0/8"), false),
                            new AllowedIp(AddressText.prefix("fd00::/64"), true));
            assertThat(update.peers().get(1).remove()).isTrue();
        }
    }

    @Test
    void absentKeysStayUnset() throws UapiException {
        try (DeviceUpdate update = parse(PEER)) {
            assertThat(update.privateKey()).isNull();
            assertThat(update.listenPort()).isEmpty();
            assertThat(update.fwmark()).isEmpty();
            assertThat(update.replacePeers()).isFalse();
            assertThat(update.peers())
                    .containsExactly(new PeerUpdate(
                            key(KEY_A), false, false, null, null, OptionalInt.empty(), false, List.of()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Unknown keys, and keys in the wrong place.
                "nonsense=1",
                "PRIVATE_KEY=" + "00000000000000000000000000000000000000000000000000000000000000000",
                " listen_port=1",
                "=1",
                "get=1",
                "errno=0",
                "preshared_key=0000000000000000000000000000000000000000000000000000000000000000",
                "endpoint=192.0.2.1:1",
                "allowed_ip=10.0.0.0/8",
                "remove=true",
                "protocol_version=1",
                // Repeated keys.
                "listen_port=1\nlisten_port=1",
                "replace_peers=true\nreplace_peers=true",
                // Invalid values.
                "private_key=",
                "private_key=00",
                "private_key=000000000000000000000000000000000000000000000000000000000000000",
                "private_key=00000000000000000000000000000000000000000000000000000000000000000",
                "private_key=000000000000000000000000000000000000000000000000000000000000000g",
                "private_key=0000000000000000000000000000000000000000000000000000000000000é",
                "listen_port=70000",
                "listen_port=65536",
                "listen_port=-1",
                "listen_port=+1",
                "listen_port=",
                "listen_port=1 ",
                "listen_port=0x10",
                "listen_port=99999999999999999999",
                "fwmark=4294967296",
                "fwmark=0x1",
                "replace_peers=false",
                "replace_peers=1",
                "replace_peers=",
                "public_key=00",
                "public_key="
            })
    void rejectsInvalidInterfaceLines(String text) {
        assertThat(catchThrowableOfType(UapiException.class, () -> parse(text)).errno())
                .isEqualTo(linux_h.EINVAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listen_port=1",
                "private_key=0000000000000000000000000000000000000000000000000000000000000000",
                "replace_peers=true",
                "remove=false",
                "update_only=yes",
                "replace_allowed_ips=TRUE",
                "preshared_key=0",
                "endpoint=localhost:1",
                "endpoint=192.0.2.1:70000",
                "persistent_keepalive_interval=65536",
                "persistent_keepalive_interval=off",
                "allowed_ip=10.0.0.0/33",
                "allowed_ip=10.0.0.0",
                "allowed_ip=fd00::/129",
                "allowed_ip=--10.0.0.0/8",
                "allowed_ip=",
                "protocol_version=2",
                "protocol_version=0",
                "last_handshake_time_sec=0",
                "remove=true\nremove=true",
                "endpoint=192.0.2.1:1\nendpoint=192.0.2.1:1",
                PEER
            })
    void rejectsInvalidPeerLines(String text) {
        assertThat(catchThrowableOfType(UapiException.class, () -> parse(PEER + text))
                        .errno())
                .isEqualTo(linux_h.EINVAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"listen_port", "private_key 00", "\r", " "})
    void rejectsLinesWithoutAKey(String text) {
        assertThat(catchThrowableOfType(UapiException.class, () -> parse(text)).errno())
                .isEqualTo(linux_h.EPROTO);
    }

    @Test
    void rejectsARepeatedPeer() {
        assertThatThrownBy(() -> parse(PEER + "public_key=" + KEY_B + "\n" + PEER))
                .isInstanceOf(UapiException.class)
                .hasMessage("line 3: public_key: peer qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo= stands twice in"
                        + " one request");
    }

    @Test
    void errorsNameThePeer() {
        assertThatThrownBy(() -> parse(PEER + "preshared_key=" + KEY_B + "f"))
                .isInstanceOf(UapiException.class)
                .hasMessage("line 2: preshared_key: expected 64 hex digits, got 65"
                        + " (peer qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=)");
    }

    @Test
    void errorMessagesContainNoValues() {
        assertThatThrownBy(() -> parse("private_key=" + KEY_B + "f"))
                .isInstanceOf(UapiException.class)
                .hasMessage("line 1: private_key: expected 64 hex digits, got 65");
    }

    /** A request that frees memory needs little of it; one that needs more is refused. */
    @Test
    void peersAreRemovedWhenTheMemoryIsFull() throws UapiException {
        MemoryBudget memory = new MemoryBudget(8 << 20);
        while (memory.tryContinueRequest()) {
            // Takes all that peers and sessions could have.
        }
        long used = memory.used();
        try (DeviceUpdate update = parse(memory, PEER + "remove=true")) {
            assertThat(update.peers().getFirst().remove()).isTrue();
        }
        assertThatThrownBy(() -> parse(memory, PEER + "allowed_ip=::/0\n".repeat(1000)))
                .isInstanceOf(UapiException.class)
                .hasMessageContaining("does not fit the memory");
        assertThat(memory.used()).as("requests give back what they took").isEqualTo(used);
    }

    @Test
    void closeErasesTheSecretsOfAnUnfinishedRequest() throws UapiException {
        UapiParser parser = new UapiParser(new MemoryBudget(1 << 30));
        for (String line : List.of("private_key=" + KEY_B, "public_key=" + KEY_A, "preshared_key=" + KEY_B)) {
            parser.accept(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)), line.length());
        }
        parser.close();
        try (DeviceUpdate nothing = parser.finish()) {
            assertThat(nothing.privateKey()).isNull();
            assertThat(nothing.peers()).isEmpty();
        }
    }

    /** Three in four have a known key; half of these have a plausible value, though it need not suit the key. */
    private static String line(Draw draw) {
        if (draw.chance(1, 4)) {
            return draw.text(300);
        }
        String value = draw.bool()
                ? draw.of("true", KEY_A, KEY_B, "0", "1", "65535", "10.0.0.0/8", "::/0", "[::1]:1", "1.2.3.4:5")
                : draw.text(80);
        return draw.of(UapiKey.values()).text() + "=" + value;
    }

    @Test
    void garbageThrowsNothingButUapiException() {
        Laws.check(draw -> {
            String text = String.join("\n", draw.list(0, 12, () -> line(draw)));

            try (DeviceUpdate update = parse(text)) {
                assertThat(update.peers()).isNotNull();
            } catch (UapiException e) {
                assertThat(e.errno()).isIn(linux_h.EINVAL, linux_h.EPROTO);
            }
        });
    }
}
