// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.demo.SteadyPing.Count;
import org.junit.jupiter.api.Test;

class SteadyPingTest {
    private static final String OUTPUT = """
            PING 10.64.1.1 (10.64.1.1) 56(84) bytes of data.
            64 bytes from 10.64.1.1: icmp_seq=1 ttl=64 time=0.5 ms
            64 bytes from 10.64.1.1: icmp_seq=2 ttl=64 time=0.5 ms
            From 10.64.0.1 icmp_seq=3 Destination Host Unreachable
            64 bytes from 10.64.1.1: icmp_seq=5 ttl=64 time=0.5 ms
            64 bytes from 10.64.1.1: icmp_seq=6 ttl=64 time=0.5 ms
            """;

    @Test
    void whatHasNoAnswerIsLost() {
        assertThat(SteadyPing.count(OUTPUT, 0)).isEqualTo(new Count(6, 2));
    }

    @Test
    void whatWasCountedIsNotCountedAgain() {
        assertThat(SteadyPing.count(OUTPUT, 2)).isEqualTo(new Count(4, 2));
        assertThat(SteadyPing.count(OUTPUT, 4)).isEqualTo(new Count(2, 0));
        assertThat(SteadyPing.count(OUTPUT, 6)).isEqualTo(Count.NONE);
    }

    @Test
    void withoutAnyAnswerNothingIsKnown() {
        assertThat(SteadyPing.count("PING 10.64.1.1\n", 0)).isEqualTo(Count.NONE);
    }
}
