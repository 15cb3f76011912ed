// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.noise.PublicKey;
import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** What a flood consists of. */
enum FloodKind {
    /** Initiations with a right mac1, which anyone can make who knows the public key, and random contents. */
    INITIATIONS {
        @Override
        byte[] message(PublicKey receiver, RandomGenerator random) {
            byte[] message = random(random, HandshakeInitiation.BYTES);
            long at = Memory.allocate(message.length, Long.BYTES);
            try {
                Memory.copy(message, 0, at, message.length);
                HandshakeInitiation.writeHeader(at, random.nextInt());
                new CookieGenerator(receiver).addMacs(at, message.length, 0);
                Memory.copy(at, message, 0, message.length);
                return message;
            } finally {
                Memory.free(at);
            }
        }
    },
    /** Data messages with random receiver indices. */
    DATA {
        @Override
        byte[] message(PublicKey receiver, RandomGenerator random) {
            byte[] message = random(random, DataMessage.HEADER_BYTES + DATA_BYTES + DataMessage.TAG_BYTES);
            long at = Memory.allocate(message.length, Long.BYTES);
            try {
                DataMessage.write(at, random.nextInt(), random.nextInt(1 << 20));
                Memory.copy(at, message, 0, DataMessage.HEADER_BYTES);
                return message;
            } finally {
                Memory.free(at);
            }
        }
    },
    /** Random bytes of random length. */
    GARBAGE {
        @Override
        byte[] message(PublicKey receiver, RandomGenerator random) {
            return random(random, random.nextInt(MAX_GARBAGE));
        }
    };

    private static final int DATA_BYTES = 64;
    private static final int MAX_GARBAGE = 256;
    private static final int MESSAGES = 4096;

    /** One message. */
    abstract byte[] message(PublicKey receiver, RandomGenerator random);

    /** Messages enough that a receiver cannot know them again. */
    List<byte[]> messages(PublicKey receiver, RandomGenerator random) {
        List<byte[]> messages = new ArrayList<>(MESSAGES);
        for (int i = 0; i < MESSAGES; i++) {
            messages.add(message(receiver, random));
        }
        return messages;
    }

    private static byte[] random(RandomGenerator random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
