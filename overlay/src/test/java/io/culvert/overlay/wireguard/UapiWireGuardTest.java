// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UapiWireGuardTest {
    private static final String OK = "errno=0\n\n";

    @TempDir
    Path directory;

    private static Key key(int number) {
        byte[] bytes = new byte[Key.BYTES];
        bytes[0] = (byte) number;
        bytes[1] = (byte) (number >> 8);
        return new Key(bytes);
    }

    private UapiWireGuard wireGuard() {
        return new UapiWireGuard(directory.resolve("wg.sock"));
    }

    private UapiServerFake server(String answer) throws IOException {
        return new UapiServerFake(directory.resolve("wg.sock"), request -> answer);
    }

    @Test
    void changesAreWrittenAsTheProtocolHasThem() throws Exception {
        try (UapiServerFake server = server(OK)) {
            wireGuard()
                    .apply(List.of(
                            PeerChange.set(
                                    key(1),
                                    "192.0.2.1:51820",
                                    25,
                                    List.of(Prefix.of("10.64.1.0/24"), Prefix.of("fd00::/64"))),
                            PeerChange.endpoint(key(2), "[2001:db8::1]:7"),
                            PeerChange.allowedIps(key(3), 0, List.of()),
                            PeerChange.remove(key(4))));
            assertThat(server.requests)
                    .containsExactly(List.of(
                            "set=1",
                            "public_key=" + key(1).hex(),
                            "endpoint=192.0.2.1:51820",
                            "persistent_keepalive_interval=25",
                            "replace_allowed_ips=true",
                            "allowed_ip=10.64.1.0/24",
                            "allowed_ip=fd00::/64",
                            "public_key=" + key(2).hex(),
                            "update_only=true",
                            "endpoint=[2001:db8::1]:7",
                            "public_key=" + key(3).hex(),
                            "update_only=true",
                            "persistent_keepalive_interval=0",
                            "replace_allowed_ips=true",
                            "public_key=" + key(4).hex(),
                            "remove=true"));
        }
    }

    @Test
    void noRequestHasMoreThanAThousandPeers() throws Exception {
        try (UapiServerFake server = server(OK)) {
            wireGuard()
                    .apply(IntStream.range(0, 2500)
                            .mapToObj(i -> PeerChange.remove(key(i)))
                            .toList());
            assertThat(server.requests.stream()
                            .map(request -> request.stream()
                                    .filter(line -> line.startsWith("public_key="))
                                    .count()))
                    .containsExactly(1000L, 1000L, 500L);
        }
    }

    @Test
    void peersAreReadOneByOne() throws Exception {
        String answer = "private_key=" + "5a".repeat(32) + "\nlisten_port=51820\n"
                + "public_key=" + key(1).hex() + "\npreshared_key=" + "00".repeat(32) + "\nprotocol_version=1\n"
                + "endpoint=[fd00:0:0:0:0:0:0:1]:7\nlast_handshake_time_sec=12\nlast_handshake_time_nsec=345000000\n"
                + "tx_bytes=10\nrx_bytes=20\npersistent_keepalive_interval=25\n"
                + "allowed_ip=10.64.1.0/24\nallowed_ip=fd00:0:0:1:0:0:0:0/64\nunknown=1\n"
                + "public_key=" + key(2).hex() + "\nendpoint=[fe80::1%2]:9\n" + OK;
        try (UapiServerFake server = server(answer)) {
            List<PeerState> peers = new ArrayList<>();
            assertThat(wireGuard().read(peers::add)).isEqualTo(51820);
            assertThat(peers)
                    .containsExactly(
                            new PeerState(
                                    key(1),
                                    "[fd00::1]:7",
                                    12_345,
                                    20,
                                    10,
                                    25,
                                    List.of(Prefix.of("10.64.1.0/24"), Prefix.of("fd00:0:0:1::/64"))),
                            new PeerState(key(2), "[fe80::1%2]:9", 0, 0, 0, 0, List.of()));
            assertThat(server.requests).containsExactly(List.of("get=1"));
        }
    }

    @Test
    void privateKeyIsWrittenInDigits() throws Exception {
        byte[] secret = HexFormat.of().parseHex("0123456789abcdef".repeat(4));
        try (UapiServerFake server = server(OK);
                PrivateKey key = PrivateKey.of(secret)) {
            wireGuard().configure(key, 51820);
            wireGuard().configure(key, 0);
            assertThat(server.requests)
                    .containsExactly(
                            List.of("set=1", "private_key=" + "0123456789abcdef".repeat(4), "listen_port=51820"),
                            List.of("set=1", "private_key=" + "0123456789abcdef".repeat(4)));
        }
    }

    @Test
    void errorsNameTheSocketAndTheCause() throws Exception {
        assertThatThrownBy(() -> wireGuard().read(peer -> {})).hasMessageContaining("no WireGuard listens there");
        for (String[] wrong : new String[][] {
            {"errno=-22\n\n", "refused to tell its peers: errno -22"},
            {"errno=x\n\n", "not a number"},
            {"nonsense\n\n", "without '='"},
            {"", "ended the connection"},
            {"a=" + "b".repeat(600) + "\n\n", "more than 512 bytes"},
            {"public_key=12\n" + OK, "not understood"},
            {"public_key=" + key(1).hex() + "\nallowed_ip=10.0.0.1/8\n" + OK, "not understood"}
        }) {
            try (UapiServerFake server = server(wrong[0])) {
                assertThatThrownBy(() -> wireGuard().read(peer -> {}))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(directory.toString())
                        .hasMessageContaining(wrong[1]);
                assertThat(server.requests).hasSize(1);
            }
            Files.deleteIfExists(directory.resolve("wg.sock"));
        }
        try (UapiServerFake server = server("errno=-98\n\n")) {
            assertThatThrownBy(() -> wireGuard().apply(List.of(PeerChange.remove(key(1)))))
                    .hasMessageContaining("refused a change of 1 peers: errno -98");
            assertThat(server.requests).hasSize(1);
        }
    }
}
