// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.engine.io.RandomSource;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.SecretMemory;

/**
 * 32 secret bytes in {@link SecretMemory}, zeroed by {@link #close}. Immutable once its owner has written it. Any
 * thread may read it; the owner closes it after the last read.
 *
 * <p>On the heap the garbage collector would leave copies behind.
 */
public final class Secret implements AutoCloseable {
    /** Size in bytes. */
    public static final int BYTES = 32;

    private long address;

    /** All zero bytes, for the owner to write. */
    public Secret() {
        address = SecretMemory.allocate(BYTES);
    }

    /**
     * A copy of the first 32 bytes of {@code bytes}, for secrets that lie on the heap anyway. The engine and the daemon
     * have none.
     */
    public Secret(byte[] bytes) {
        this();
        Memory.copy(bytes, 0, address, BYTES);
    }

    /** A private key of random bytes, clamped. */
    public static Secret privateKey(RandomSource random) {
        Secret key = new Secret();
        Curve25519.generatePrivateKey(random, key.address);
        return key;
    }

    /** An independent copy. */
    public Secret copy() {
        Secret copy = new Secret();
        Memory.copy(address(), copy.address, BYTES);
        return copy;
    }

    /**
     * The address of the bytes.
     *
     * @throws IllegalStateException if the secret is closed
     */
    public long address() {
        if (address == 0) {
            throw new IllegalStateException("the secret is closed");
        }
        return address;
    }

    /** Copies the bytes to the heap; see {@link #Secret(byte[])}. */
    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        Memory.copy(address(), bytes, 0, BYTES);
        return bytes;
    }

    /** Whether all bytes are zero, in constant time. */
    public boolean isZero() {
        return isZero(address());
    }

    /** Whether the 32 bytes at an address are all zero, in constant time. */
    static boolean isZero(long a) {
        return (Memory.getLong(a) | Memory.getLong(a + 8) | Memory.getLong(a + 16) | Memory.getLong(a + 24)) == 0;
    }

    /** Whether two secrets are equal, in constant time. */
    public boolean sameAs(Secret other) {
        long difference = 0;
        for (int i = 0; i < BYTES; i += 8) {
            difference |= Memory.getLong(address() + i) ^ Memory.getLong(other.address() + i);
        }
        return difference == 0;
    }

    @Override
    public void close() {
        if (address != 0) {
            SecretMemory.free(address);
            address = 0;
        }
    }

    @Override
    public String toString() {
        return "Secret";
    }
}
