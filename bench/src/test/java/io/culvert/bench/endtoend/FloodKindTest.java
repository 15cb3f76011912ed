// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.natives.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongConsumer;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.junit.jupiter.api.Test;

class FloodKindTest {
    private final Random random = new Random(58);
    private final PublicKey receiver = new StaticIdentity(Secret.privateKey(new SystemRandom())).publicKey();

    private void withMessage(byte[] message, LongConsumer check) {
        long at = Memory.allocate(Math.max(message.length, 1), Long.BYTES);
        try {
            Memory.copy(message, 0, at, message.length);
            check.accept(at);
        } finally {
            Memory.free(at);
        }
    }

    /** Paper, section 5.4.4: MAC(HASH(LABEL-MAC1 || public key), message before mac1), by Bouncy Castle alone. */
    private byte[] mac1(byte[] message) {
        Blake2sDigest hash = new Blake2sDigest(256);
        byte[] label = "mac1----".getBytes(StandardCharsets.US_ASCII);
        hash.update(label, 0, label.length);
        hash.update(receiver.toBytes(), 0, 32);
        byte[] key = new byte[32];
        hash.doFinal(key, 0);
        Blake2sDigest mac = new Blake2sDigest(key, 16, null, null);
        mac.update(message, 0, 116);
        byte[] result = new byte[16];
        mac.doFinal(result, 0);
        return result;
    }

    @Test
    void initiationsHaveARightMac1AndNoMac2() {
        for (byte[] message : FloodKind.INITIATIONS.messages(receiver, random).subList(0, 20)) {
            assertThat(message).hasSize(HandshakeInitiation.BYTES);
            withMessage(message, at -> {
                assertThat(Message.isHandshake(at, message.length)).isTrue();
                assertThat(Message.type(at)).isEqualTo(Message.HANDSHAKE_INITIATION);
                assertThat(Arrays.copyOfRange(message, 116, 132)).isEqualTo(mac1(message));
                assertThat(Arrays.copyOfRange(message, 132, 148)).isEqualTo(new byte[16]);
            });
        }
    }

    @Test
    void dataMessagesHaveDifferentReceivers() {
        Set<Integer> receivers = new HashSet<>();
        List<byte[]> messages = FloodKind.DATA.messages(receiver, random);
        for (byte[] message : messages) {
            withMessage(message, at -> {
                assertThat(DataMessage.isData(at, message.length)).isTrue();
                receivers.add(DataMessage.receiver(at));
            });
        }
        assertThat(receivers).hasSizeGreaterThan(messages.size() - 10);
    }

    @Test
    void garbageHasManyLengths() {
        assertThat(FloodKind.GARBAGE.messages(receiver, random).stream().map(message -> message.length))
                .allMatch(length -> length < 256)
                .contains(0, 1, 100, 255);
    }
}
