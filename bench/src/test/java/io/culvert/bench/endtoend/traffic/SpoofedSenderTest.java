// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.natives.Memory;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SpoofedSenderTest {
    /** RFC 791, section 3.1, and RFC 768: the kernel fills in identification and checksum, and UDP's may be zero. */
    @Test
    void writesIpv4AndUdpHeaders() {
        byte[] message = {1, 2, 3};
        long at = Memory.allocate(64, Long.BYTES);
        try {
            int length = SpoofedSender.packet(at, 0x0b010203, 40_000, 0xc6130001, 51_820, message);
            byte[] packet = new byte[length];
            Memory.copy(at, packet, 0, length);
            assertThat(HexFormat.of().formatHex(packet))
                    .isEqualTo("4500001f00000000401100000b010203c6130001" + "9c40ca6c000b0000" + "010203");
        } finally {
            Memory.free(at);
        }
    }
}
