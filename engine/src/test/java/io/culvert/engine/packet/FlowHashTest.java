// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowHashTest {
    private static final int IPV4_PORTS = 20;
    private static final int IPV6_PORTS = 40;

    private static int hash(byte[] packet) {
        int[] result = new int[1];
        InternetChecksumTest.withMemory(Math.max(1, packet.length), slab -> {
            Memory.copy(packet, 0, slab, packet.length);
            result[0] = FlowHash.of(slab, packet.length);
        });
        return result[0];
    }

    @Test
    void hashOfAnyBytesIsInRangeOrMinusOne() {
        Laws.check(draw -> {
            byte[] bytes = draw.bytes(0, 80);

            assertThat(hash(bytes)).isBetween(-1, FlowHash.FLOWS - 1);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void packetsOfAFlowShareAHash(boolean ipv6) {
        int one = hash(Packets.udp(ipv6, 100, 1, 0));
        assertThat(one).isNotNegative();
        assertThat(hash(Packets.udp(ipv6, 1200, 7, 3))).isEqualTo(one);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void portsDistinguishFlows(boolean ipv6) {
        byte[] packet = Packets.udp(ipv6, 0, 0, 0);
        Set<Integer> hashes = new HashSet<>();
        for (int port = 0; port < 100; port++) {
            packet[(ipv6 ? IPV6_PORTS : IPV4_PORTS) + 1] = (byte) port;
            hashes.add(hash(packet));
        }
        assertThat(hashes).hasSizeGreaterThan(80);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x2000, 0x0001, 0x2001})
    void fragmentsHaveNoHash(int fragment) {
        byte[] packet = Packets.udp(false, 100, 0, 0);
        packet[6] = (byte) (fragment >> 8);
        packet[7] = (byte) fragment;
        assertThat(hash(packet)).isEqualTo(-1);
    }

    @Test
    void optionsAndExtensionHeadersPreventAHash() {
        byte[] options = Packets.udp(false, 100, 0, 0);
        options[0] = 0x46;
        assertThat(hash(options)).isEqualTo(-1);
        byte[] extension = Packets.udp(true, 100, 0, 0);
        extension[6] = 44;
        assertThat(hash(extension)).isEqualTo(-1);
    }

    @Test
    void dontFragmentFlagDoesNotChangeTheHash() {
        byte[] packet = Packets.udp(false, 100, 0, 0);
        int before = hash(packet);
        packet[6] = 0x40;
        assertThat(hash(packet)).isEqualTo(before);
    }
}
