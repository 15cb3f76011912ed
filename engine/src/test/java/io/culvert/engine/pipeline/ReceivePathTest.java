// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.Aead;
import io.culvert.engine.io.WorkerIo;
import io.culvert.natives.Memory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceivePathTest {
    /** The message in front may belong to another train, which still needs its tag. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 1420})
    void movedPacketHasRoomForItsHeaderInsideItsOwnMessage(int length) {
        byte[] packet = new byte[length];
        for (int i = 0; i < length; i++) {
            packet[i] = (byte) (i * 7 + 1);
        }
        long message = Memory.allocate(Train.HEADER_BYTES + length + Aead.TAG_BYTES, 8);
        Memory.copy(packet, 0, message + Train.HEADER_BYTES, length);

        long moved = ReceivePath.moved(message + Train.HEADER_BYTES, length);

        assertThat(moved - WorkerIo.VNET_HEADER_BYTES).isGreaterThanOrEqualTo(message);
        byte[] copy = new byte[length];
        Memory.copy(moved, copy, 0, length);
        assertThat(copy).isEqualTo(packet);
        Memory.free(message);
    }
}
