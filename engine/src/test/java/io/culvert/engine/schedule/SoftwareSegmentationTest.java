// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.IpPacket;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftwareSegmentationTest {
    private static final int FULL = 1420 + WorkerIo.VNET_HEADER_BYTES;
    private static final int FLOW = 7;

    private final SoftwareSegmentation detector = new SoftwareSegmentation();
    private final long packet = Memory.allocate(2048, 8);

    @AfterEach
    void free() {
        Memory.free(packet);
    }

    private boolean add(int protocol, int port, int length, int flow) {
        Memory.zero(packet, 64);
        long ip = packet + WorkerIo.VNET_HEADER_BYTES;
        Memory.putByte(ip, (byte) 0x45);
        Memory.putByte(ip + 9, (byte) protocol);
        Memory.putShortBE(ip + IpPacket.IPV4_HEADER + 2, port);
        return detector.add(packet, length, flow);
    }

    private int runsIn(int packets, int protocol, int port) {
        int seen = 0;
        for (int i = 0; i < packets; i++) {
            seen += add(protocol, port, FULL, FLOW) ? 1 : 0;
        }
        return seen;
    }

    @Test
    void aRunOfTcpSegmentsIsSeenOnce() {
        assertThat(runsIn(SoftwareSegmentation.RUN - 1, IpPacket.TCP, 443)).isZero();
        assertThat(add(IpPacket.TCP, 443, FULL, FLOW)).isTrue();
        assertThat(runsIn(1000, IpPacket.TCP, 443)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {4789, 8472, 6081})
    void aRunOfUdpTunnelPacketsIsSeen(int port) {
        assertThat(runsIn(SoftwareSegmentation.RUN, IpPacket.UDP, port)).isOne();
    }

    @Test
    void datagramsOfASocketAreNoSign() {
        assertThat(runsIn(1000, IpPacket.UDP, 5201)).isZero();
    }

    @Test
    void otherFlowsSizesAndSuperPacketsEndARun() {
        for (int i = 0; i < 10; i++) {
            assertThat(runsIn(SoftwareSegmentation.RUN - 1, IpPacket.TCP, 443)).isZero();
            switch (i % 3) {
                case 0 -> add(IpPacket.TCP, 443, FULL - 8, FLOW);
                case 1 -> add(IpPacket.TCP, 443, FULL, FLOW + 1);
                default -> superPacket();
            }
        }
    }

    private void superPacket() {
        VirtioNetHeader.set(packet, VirtioNetHeader.GSO_TCPV4, 40, 1380, 20, 16);
        assertThat(detector.add(packet, 60_000, FLOW)).isFalse();
    }

    @Test
    void shortPacketsAreNoSign() {
        for (int i = 0; i < 1000; i++) {
            assertThat(add(IpPacket.TCP, 443, 100, FLOW)).isFalse();
        }
    }
}
