// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random, truncated and oversized datagrams get no answer and change nothing. */
@OnHost
class HostileTrafficTest {
    private static final long SEED = 20_261_121;
    private static final int DATAGRAMS = 20_000;

    private static Tunnel tunnel;

    @BeforeAll
    static void create() {
        tunnel = Tunnel.create(Program.CULVERT, Program.WIREGUARD_GO);
    }

    @AfterAll
    static void close() {
        tunnel.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void unauthenticatedInputGetsNoAnswer(String address) {
        tunnel.configure();
        tunnel.connectIpv4();
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        Wg wg = tunnel.first().wg();
        String before = wg.show("dump");

        String counts = tunnel.outside()
                .output(
                        Repository.jdkProgram("java"),
                        "-cp",
                        Repository.testClasses(),
                        HostileTraffic.class.getName(),
                        address,
                        "1",
                        Long.toString(SEED),
                        Integer.toString(DATAGRAMS));

        assertThat(counts).isEqualTo("answers 0 refusals 0");
        assertThat(wg.show("dump")).as("counters and endpoints are unchanged").isEqualTo(before);
        assertThat(tunnel.first().process().isAlive()).isTrue();
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        Ping.once(tunnel.secondSide(), Tunnel.FIRST_IPV6);
        assertThat(tunnel.first().log()).doesNotContain("Exception");
    }
}
