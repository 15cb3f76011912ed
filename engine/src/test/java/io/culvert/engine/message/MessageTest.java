// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageTest {
    private final long message = Memory.allocate(256, 8);

    @AfterEach
    void free() {
        Memory.free(message);
    }

    private String hex(int bytes) {
        byte[] copy = new byte[bytes];
        Memory.copy(message, copy, 0, bytes);
        return HexFormat.of().formatHex(copy);
    }

    @Test
    void writesHeadersInLittleEndian() {
        HandshakeInitiation.writeHeader(message, 0x01020304);
        assertThat(hex(8)).isEqualTo("0100000004030201");
        HandshakeResponse.writeHeader(message, 0x01020304, 0x05060708);
        assertThat(hex(12)).isEqualTo("020000000403020108070605");
        CookieReply.writeHeader(message, 0x01020304);
        assertThat(hex(8)).isEqualTo("0300000004030201");
        DataMessage.write(message, 0x01020304, 0x1112131415161718L);
        assertThat(hex(16)).isEqualTo("04000000040302011817161514131211");
    }

    @Test
    void readsBackWrittenFields() {
        HandshakeResponse.writeHeader(message, 1, 2);
        assertThat(HandshakeResponse.sender(message)).isEqualTo(1);
        assertThat(HandshakeResponse.receiver(message)).isEqualTo(2);
        assertThat(Message.sender(message)).isEqualTo(1);
        HandshakeInitiation.writeHeader(message, 3);
        assertThat(HandshakeInitiation.sender(message)).isEqualTo(3);
        CookieReply.writeHeader(message, 4);
        assertThat(CookieReply.receiver(message)).isEqualTo(4);
        DataMessage.write(message, 5, -6);
        assertThat(DataMessage.receiver(message)).isEqualTo(5);
        assertThat(DataMessage.counter(message)).isEqualTo(-6);
    }

    @Test
    void fieldsAreContiguous() {
        assertThat(HandshakeInitiation.EPHEMERAL + 32).isEqualTo(HandshakeInitiation.ENCRYPTED_STATIC);
        assertThat(HandshakeInitiation.ENCRYPTED_STATIC + HandshakeInitiation.ENCRYPTED_STATIC_BYTES)
                .isEqualTo(HandshakeInitiation.ENCRYPTED_TIMESTAMP);
        assertThat(HandshakeInitiation.ENCRYPTED_TIMESTAMP + HandshakeInitiation.ENCRYPTED_TIMESTAMP_BYTES)
                .isEqualTo(Message.mac1(HandshakeInitiation.BYTES))
                .isEqualTo(116);
        assertThat(HandshakeResponse.EPHEMERAL + 32).isEqualTo(HandshakeResponse.ENCRYPTED_NOTHING);
        assertThat(HandshakeResponse.ENCRYPTED_NOTHING + HandshakeResponse.ENCRYPTED_NOTHING_BYTES)
                .isEqualTo(Message.mac1(HandshakeResponse.BYTES))
                .isEqualTo(60);
        assertThat(Message.mac2(HandshakeResponse.BYTES)).isEqualTo(76);
        assertThat(CookieReply.NONCE + CookieReply.NONCE_BYTES).isEqualTo(CookieReply.ENCRYPTED_COOKIE);
        assertThat(CookieReply.ENCRYPTED_COOKIE + CookieReply.ENCRYPTED_COOKIE_BYTES)
                .isEqualTo(CookieReply.BYTES);
    }

    @Test
    void recognizesMessagesByTypeAndLength() {
        for (int type = 0; type <= 6; type++) {
            for (int length = 0; length <= 256; length++) {
                Memory.putInt(message, type);
                boolean expected = type == 1 && length == 148 || type == 2 && length == 92 || type == 3 && length == 64;
                assertThat(Message.isHandshake(message, length)).isEqualTo(expected);
                assertThat(DataMessage.isData(message, length)).isEqualTo(type == 4 && length >= 32);
            }
        }
    }

    @Test
    void rejectsNonZeroReservedBytes() {
        Laws.check(100, draw -> {
            int type = draw.integer(1, 4);
            int reserved = draw.integer(1, 0xFFFFFF);

            Memory.putInt(message, reserved << 8 | type);
            for (int length : new int[] {32, 64, 92, 148}) {
                assertThat(Message.isHandshake(message, length)).isFalse();
                assertThat(DataMessage.isData(message, length)).isFalse();
            }
        });
    }

    @Test
    void readsNothingBeyondAShortMessage() {
        long three = Memory.allocate(3, 1);
        for (int length = 0; length <= 3; length++) {
            assertThat(Message.isHandshake(three, length)).isFalse();
            assertThat(DataMessage.isData(three, length)).isFalse();
        }
        Memory.free(three);
    }

    @Test
    void limitsMatchTheKernel() {
        assertThat(Long.toUnsignedString(Limits.REJECT_AFTER_MESSAGES)).isEqualTo("18446744073709543486");
        assertThat(Limits.COUNTER_WINDOW_SIZE).isEqualTo(8128);
        assertThat(Limits.MAX_TIMER_HANDSHAKES).isEqualTo(18);
        assertThat(Limits.INITIATION_INTERVAL).isEqualTo(20_000_000);
        assertThat(Limits.DATA_OVERHEAD).isEqualTo(32);
        assertThat(Limits.REKEY_TIMEOUT_JITTER_MAX).isEqualTo(333_333_333);
    }
}
