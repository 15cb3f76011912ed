// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.natives.linux.SecretMemory;

/** Off-heap memory for one step of a handshake. Confined to one thread; {@link #close} zeroes it. */
final class HandshakeScratch implements AutoCloseable {
    private static final int KEY_BYTES = Curve25519.KEY_BYTES;

    private final long memory = SecretMemory.allocate(6 * KEY_BYTES);

    /** This side's ephemeral private key. */
    long ephemeralPrivate() {
        return memory;
    }

    /** This side's ephemeral public key. */
    long ephemeralPublic() {
        return memory + KEY_BYTES;
    }

    /** A shared secret. */
    long secret() {
        return memory + 2 * KEY_BYTES;
    }

    /** The preshared key. */
    long presharedKey() {
        return memory + 3 * KEY_BYTES;
    }

    /** The other side's static or ephemeral public key. */
    long remotePublic() {
        return memory + 4 * KEY_BYTES;
    }

    /** A plaintext of 32 bytes at most. */
    long plaintext() {
        return memory + 5 * KEY_BYTES;
    }

    @Override
    public void close() {
        SecretMemory.free(memory);
    }
}
