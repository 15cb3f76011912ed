// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.natives.Memory;
import io.culvert.natives.linux.SecretMemory;

/**
 * The off-heap memory of a {@link Handshake}, which alone calls these methods, under its lock. Secrets never lie on
 * the heap, where the garbage collector leaves copies behind.
 *
 * <pre>
 *     0  ephemeral private key   32   this handshake: zeroed when it ends
 *    32  symmetric state         64   this handshake: chaining key, hash
 *    96  remote ephemeral key    32   this handshake
 *   128  preshared key           32   this peer: kept for the next handshake
 *   160  static-static secret    32   this peer: X25519 of both static keys, from its first handshake on
 * </pre>
 */
final class HandshakeMemory {
    private static final int KEY_BYTES = Curve25519.KEY_BYTES;

    static final int EPHEMERAL_PRIVATE = 0;
    static final int SYMMETRIC_STATE = EPHEMERAL_PRIVATE + KEY_BYTES;
    static final int REMOTE_EPHEMERAL = SYMMETRIC_STATE + SymmetricState.SAVED_BYTES;
    static final int PRESHARED_KEY = REMOTE_EPHEMERAL + KEY_BYTES;
    static final int STATIC_STATIC = PRESHARED_KEY + KEY_BYTES;

    private static final int HANDSHAKE_BYTES = PRESHARED_KEY;
    private static final int BYTES = STATIC_STATIC + KEY_BYTES;

    private HandshakeMemory() {}

    /** Allocates zeroed memory and returns its address. */
    static long allocate() {
        return SecretMemory.allocate(BYTES);
    }

    /** Zeroes the part that belongs to one handshake. */
    static void zeroHandshake(long memory) {
        Memory.zero(memory, HANDSHAKE_BYTES);
    }

    /** Zeroes and frees the memory. */
    static void free(long memory) {
        SecretMemory.free(memory);
    }

    /** Copies a 32-byte key. */
    static void copyKey(long source, long target) {
        Memory.copy(source, target, KEY_BYTES);
    }

    /** Whether a preshared key other than zero is set, in constant time. */
    static boolean hasPresharedKey(long memory) {
        return !Secret.isZero(memory + PRESHARED_KEY);
    }

    /**
     * Copies the static-static secret, which the caller zeroes.
     *
     * @return {@code false} if it is all zero: it was not computed since the identity was set
     */
    static boolean copyStaticStatic(long memory, long secret) {
        copyKey(memory + STATIC_STATIC, secret);
        return !Secret.isZero(secret);
    }
}
