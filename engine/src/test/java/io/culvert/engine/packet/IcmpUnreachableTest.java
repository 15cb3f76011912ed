// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.net.InetAddress;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcmpUnreachableTest {
    private static final int GUARD = 16;

    /** The error for a packet; empty if there is none. Checks that nothing beyond the error is written. */
    private static byte[] errorFor(byte[] packet) {
        byte[] error = new byte[IcmpUnreachable.MAX_BYTES];
        int[] length = new int[1];
        InternetChecksumTest.withMemory(packet.length, from -> {
            Memory.copy(packet, 0, from, packet.length);
            InternetChecksumTest.withMemory(IcmpUnreachable.MAX_BYTES + GUARD, target -> {
                length[0] = IcmpUnreachable.write(from, packet.length, target);
                Memory.copy(target, error, 0, error.length);
                for (int i = 0; i < GUARD; i++) {
                    assertThat(Memory.getByte(target + IcmpUnreachable.MAX_BYTES + i))
                            .isZero();
                }
            });
        });
        return Arrays.copyOf(error, length[0]);
    }

    @ParameterizedTest
    @CsvSource({"0, 56", "100, 156", "548, 576", "1400, 576"})
    void ipv4ErrorQuotesWhatFitsInto576Bytes(int payload, int expected) {
        byte[] packet = Packets.udp(false, 1, payload, 1);
        byte[] error = errorFor(packet);
        assertThat(error).hasSize(expected);
        assertThat(Arrays.copyOfRange(error, 28, expected)).isEqualTo(Arrays.copyOf(packet, expected - 28));
        // From the destination to the source, as ICMP host unreachable.
        assertThat(Arrays.copyOfRange(error, 12, 16)).isEqualTo(Arrays.copyOfRange(packet, 16, 20));
        assertThat(Arrays.copyOfRange(error, 16, 20)).isEqualTo(Arrays.copyOfRange(packet, 12, 16));
        assertThat(error[9]).isEqualTo((byte) 1);
        assertThat(error[20]).isEqualTo((byte) 3);
        assertThat(error[21]).isEqualTo((byte) 1);
        assertThat(Packets.naiveSum(error, 0, 20, 0)).isEqualTo(0xffff);
        assertThat(Packets.naiveSum(error, 20, expected, 0)).isEqualTo(0xffff);
    }

    @ParameterizedTest
    @CsvSource({"0, 96", "100, 196", "1184, 1280", "1400, 1280"})
    void ipv6ErrorQuotesWhatFitsInto1280Bytes(int payload, int expected) {
        byte[] packet = Packets.udp(true, 1, payload, 1);
        byte[] error = errorFor(packet);
        assertThat(error).hasSize(expected);
        assertThat(Arrays.copyOfRange(error, 48, expected)).isEqualTo(Arrays.copyOf(packet, expected - 48));
        assertThat(Arrays.copyOfRange(error, 8, 24)).isEqualTo(Arrays.copyOfRange(packet, 24, 40));
        assertThat(Arrays.copyOfRange(error, 24, 40)).isEqualTo(Arrays.copyOfRange(packet, 8, 24));
        assertThat(error[6]).isEqualTo((byte) 58);
        assertThat(error[40]).isEqualTo((byte) 1);
        assertThat(error[41]).isEqualTo((byte) 3);
        int pseudoHeader = Packets.naiveSum(error, 8, 40, 58 + expected - 40);
        assertThat(Packets.naiveSum(error, 40, expected, pseudoHeader)).isEqualTo(0xffff);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 11, 12})
    void errorsAreNotAnswered(int type) {
        byte[] packet = Packets.udp(false, 1, 100, 1);
        packet[9] = 1;
        packet[20] = (byte) type;
        assertThat(errorFor(packet)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, false", "4, false", "127, false", "128, true", "135, true"})
    void icmpv6ErrorsAreNotAnswered(int type, boolean answered) {
        byte[] packet = Packets.udp(true, 1, 100, 1);
        packet[6] = 58;
        packet[40] = (byte) type;
        assertThat(errorFor(packet).length > 0).isEqualTo(answered);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "0x2000, true", "0x2001, false", "1, false"})
    void laterFragmentsAreNotAnswered(String word, boolean answered) {
        byte[] packet = Packets.udp(false, 1, 100, 1);
        int fragment = Integer.decode(word);
        packet[6] = (byte) (fragment >>> 8);
        packet[7] = (byte) fragment;
        assertThat(errorFor(packet).length > 0).isEqualTo(answered);
    }

    @ParameterizedTest
    @CsvSource({"44, 0, 17, true", "44, 8, 17, false", "0, 0, 58, false", "60, 0, 17, true", "43, 0, 17, true"})
    void extensionHeadersAreWalked(int extension, int offset, int next, boolean answered) {
        byte[] packet = Packets.udp(true, 1, 100, 1);
        packet[6] = (byte) extension;
        packet[40] = (byte) next;
        packet[41] = 0;
        packet[42] = 0;
        packet[43] = (byte) offset;
        // If ICMPv6 follows, it is an error.
        packet[48] = 1;
        assertThat(errorFor(packet).length > 0).isEqualTo(answered);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"})
    void addressesThatAreNoHostsAreNotAnswered(String address) throws Exception {
        byte[] raw = InetAddress.getByName(address).getAddress();
        for (int at : new int[] {12, 16}) {
            byte[] packet = Packets.udp(false, 1, 100, 1);
            System.arraycopy(raw, 0, packet, at, 4);
            assertThat(errorFor(packet)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"::", "::1", "ff02::1"})
    void ipv6AddressesThatAreNoHostsAreNotAnswered(String address) throws Exception {
        byte[] raw = InetAddress.getByName(address).getAddress();
        for (int at : new int[] {8, 24}) {
            byte[] packet = Packets.udp(true, 1, 100, 1);
            System.arraycopy(raw, 0, packet, at, 16);
            assertThat(errorFor(packet)).isEmpty();
        }
    }

    /** Reads and writes are checked against the live ranges of memory. */
    @Test
    void anyPacketGivesAValidErrorOrNone() {
        Laws.check(draw -> {
            byte[] packet = draw.bytes(20, 1500);
            packet[0] = (byte) (draw.bool() || packet.length < 40 ? 0x45 : 0x60);
            byte[] error = errorFor(packet);
            if (error.length > 0) {
                assertThat(error[0] & 0xf0).isEqualTo(packet[0] & 0xf0);
                assertThat(errorFor(error)).isEmpty();
            }
        });
    }
}
