// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that {@code wg} would not send: each is refused with an error and changes nothing. */
@OnHost
class BadRequestTest {
    private static final int EADDRINUSE = 98;
    private static final String KEY = "ab".repeat(32);
    private static final String PEER = "public_key=" + "cd".repeat(32) + "\n";

    private static Namespace namespace;
    private static Daemon daemon;

    @BeforeAll
    static void create() {
        namespace = Namespace.create();
        daemon = Daemon.start(Program.CULVERT, namespace);
        namespace.ip("link", "set", daemon.device(), "up");
        assertThat(Uapi.set(
                        daemon.device(),
                        "private_key=" + KEY,
                        "listen_port=51820",
                        "fwmark=7",
                        "public_key=" + "ef".repeat(32),
                        "endpoint=192.0.2.1:1",
                        "allowed_ip=10.0.0.0/8"))
                .isZero();
    }

    @AfterAll
    static void close() {
        daemon.close();
        namespace.close();
    }

    private static void expectRefused(String request) {
        String before = Uapi.get(daemon.device());
        assertThat(Uapi.set(daemon.device(), request))
                .as("errno, negative as wg expects it")
                .isNegative();
        assertThat(Uapi.get(daemon.device())).as("nothing changed").isEqualTo(before);
    }

    static Stream<String> interfaceLines() {
        return Stream.of(
                "colour=blue",
                "errno=0",
                "private_key=",
                "private_key=" + "zz".repeat(32),
                "private_key=" + KEY.substring(1),
                "private_key=" + KEY.substring(2),
                "private_key=" + KEY + "ab",
                "listen_port=",
                "listen_port=70000",
                "listen_port=65536",
                "listen_port=-1",
                "listen_port=1x",
                "fwmark=4294967296",
                "fwmark=-1",
                "fwmark=blue",
                "replace_peers=false",
                "replace_peers=1",
                "allowed_ip=10.1.0.0/16",
                "endpoint=192.0.2.2:1",
                "no equals sign",
                "=5");
    }

    @ParameterizedTest
    @MethodSource("interfaceLines")
    void badInterfaceLineChangesNothing(String line) {
        expectRefused("listen_port=51821\n" + line);
    }

    static Stream<String> peerLines() {
        return Stream.of(
                "colour=blue",
                "listen_port=1",
                "public_key=" + KEY.substring(2),
                "public_key=" + "gh".repeat(32),
                "preshared_key=" + KEY.substring(2),
                "preshared_key=" + KEY + "0",
                "preshared_key=" + "-1".repeat(32),
                "endpoint=192.0.2.2",
                "endpoint=192.0.2.2:70000",
                "endpoint=192.0.2.256:1",
                "endpoint=2001:db8::1:1",
                "endpoint=[2001:db8::1]",
                "endpoint=[2001:db8::g]:1",
                "endpoint=example.org:51820",
                "persistent_keepalive_interval=65536",
                "persistent_keepalive_interval=-1",
                "persistent_keepalive_interval=off",
                "allowed_ip=10.1.0.0",
                "allowed_ip=10.1.0.0/33",
                "allowed_ip=10.1.0.0/-1",
                "allowed_ip=10.1.0.0/",
                "allowed_ip=10.1/16",
                "allowed_ip=2001:db8::/129",
                "allowed_ip=2001:db8:::/32",
                "allowed_ip=/8",
                "remove=yes",
                "update_only=false",
                "replace_allowed_ips=false",
                "protocol_version=2");
    }

    @ParameterizedTest
    @MethodSource("peerLines")
    void badPeerLineChangesNothing(String line) {
        expectRefused("listen_port=51821\n" + PEER + "allowed_ip=10.2.0.0/16\n" + line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"private_key=", "listen_port=", "fwmark=", "replace_peers="})
    void duplicateInterfaceKeyChangesNothing(String key) {
        String value = key.startsWith("private") ? KEY : key.startsWith("replace") ? "true" : "9";
        expectRefused(key + value + "\n" + key + value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preshared_key=0000000000000000000000000000000000000000000000000000000000000000",
                "endpoint=192.0.2.3:3",
                "persistent_keepalive_interval=5",
                "replace_allowed_ips=true"
            })
    void duplicatePeerKeyChangesNothing(String line) {
        expectRefused(PEER + line + "\n" + line);
    }

    @Test
    void duplicatePeerChangesNothing() {
        expectRefused(PEER + "allowed_ip=10.3.0.0/16\n" + PEER.strip());
    }

    /** A client that dies in the middle of a request: what it wanted further is not known. */
    @Test
    void requestWithoutItsEndChangesNothing() {
        String before = Uapi.get(daemon.device());
        try (Uapi uapi = Uapi.connect(daemon.device())) {
            uapi.send("set=1\nlisten_port=51821\nreplace_peers=true\n" + PEER);
        }
        assertThat(Eventually.holds(
                        Duration.ofMinutes(1), () -> daemon.log().contains("the stream ended before the empty line")))
                .as("the daemon says so")
                .isTrue();
        assertThat(Uapi.get(daemon.device())).isEqualTo(before);
    }

    /** The port belongs to another socket: the error says so, and the old port stays in use. */
    @Test
    void portInUseChangesNothing() {
        try (Daemon other = Daemon.start(Program.CULVERT, namespace)) {
            namespace.ip("link", "set", other.device(), "up");
            assertThat(Uapi.set(other.device(), "listen_port=51900")).isZero();
            String before = Uapi.get(other.device());
            assertThat(Uapi.set(other.device(), "listen_port=51820")).isEqualTo(-EADDRINUSE);
            assertThat(Uapi.get(other.device())).isEqualTo(before);
            assertThat(other.wg().trySet("listen-port", "51820").expectFailure().allOutput())
                    .contains("Address already in use");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"put=1\n\n", "get=2\n\n", "\n", "get\n\n", "\0\0\0\0\n\n", "set=0\n\n"})
    void unknownOperationEndsTheConnection(String request) {
        String answer = Uapi.request(daemon.device(), request);
        assertThat(answer).doesNotContain("errno=0", "private_key");
        assertThat(Uapi.get(daemon.device())).contains("errno=0");
    }

    /** An endless line must neither fill the memory nor occupy a thread. */
    @Test
    void endlessLineEndsTheConnection() {
        String before = Uapi.get(daemon.device());
        try (Uapi uapi = Uapi.connect(daemon.device())) {
            uapi.send("set=1\nprivate_key=");
            for (int i = 0; i < 1024; i++) {
                uapi.send("0".repeat(1 << 14));
            }
            assertThat(uapi.answer()).doesNotContain("errno=0");
        } catch (UncheckedIOException e) {
            assertThat(e).as("closed during the request").hasMessageMatching(".*(Broken pipe|Connection reset).*");
        }
        assertThat(Uapi.get(daemon.device())).isEqualTo(before);
    }

    /** {@code wg} tests for a listener by connecting and closing the connection. */
    @Test
    void silentConnectionsDoNotDisturbOthers() {
        try (Uapi waiting = Uapi.connect(daemon.device())) {
            for (int i = 0; i < 50; i++) {
                Uapi.connect(daemon.device()).close();
            }
            assertThat(Uapi.get(daemon.device())).contains("errno=0");
            waiting.send("get=1\n\n");
            assertThat(waiting.answer()).contains("errno=0");
            waiting.send("get=1\n\n");
            assertThat(waiting.answer())
                    .as("a second request on one connection")
                    .contains("errno=0");
        }
    }

    @Test
    void updateOnlyDoesNotAddAPeer() {
        String before = Uapi.get(daemon.device());
        assertThat(Uapi.set(daemon.device(), PEER.strip(), "update_only=true", "allowed_ip=10.4.0.0/16"))
                .isZero();
        assertThat(Uapi.get(daemon.device())).isEqualTo(before);
    }
}
