// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.natives.Memory;

/**
 * 32 secret bytes off the heap, zeroed by {@link #close}. Immutable until then. Any thread may read it; the owner
 * closes it after the last read.
 */
public final class Secret implements AutoCloseable {
    /** Size in bytes. */
    public static final int BYTES = 32;

    private long address;

    /** All zero bytes. */
    public Secret() {
        address = Memory.allocate(BYTES, 64);
    }

    /** A copy of the first 32 bytes of {@code bytes}, which the caller should zero. */
    public Secret(byte[] bytes) {
        this();
        Memory.copy(bytes, 0, address, BYTES);
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

    /** Copies the bytes to an array, which the caller zeroes after use. */
    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        Memory.copy(address(), bytes, 0, BYTES);
        return bytes;
    }

    /** Whether all bytes are zero, in constant time. */
    public boolean isZero() {
        long a = address();
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
            Memory.zero(address, BYTES);
            Memory.free(address);
            address = 0;
        }
    }

    @Override
    public String toString() {
        return "Secret";
    }
}
