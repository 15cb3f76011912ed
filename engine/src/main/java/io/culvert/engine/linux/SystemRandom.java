// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.RandomSource;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.io.UncheckedIOException;

/**
 * The kernel's random source, getrandom(2). The bytes may become keys, so intermediate copies are zeroed. Any thread.
 */
public final class SystemRandom implements RandomSource {
    /** The random source; it has no state. */
    public SystemRandom() {}

    @Override
    public void fill(long address, int bytes) {
        try {
            Linux.getrandom(address, bytes);
        } catch (ErrnoException e) {
            throw new UncheckedIOException("getrandom(2) failed: the kernel gave no random bytes", e);
        }
    }

    @Override
    public void fill(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        long scratch = Memory.allocate(bytes.length, 8);
        try {
            fill(scratch, bytes.length);
            Memory.copy(scratch, bytes, 0, bytes.length);
        } finally {
            Memory.zero(scratch, bytes.length);
            Memory.free(scratch);
        }
    }

    @Override
    public int nextInt() {
        long scratch = Memory.allocate(Integer.BYTES, 8);
        try {
            fill(scratch, Integer.BYTES);
            return Memory.getInt(scratch);
        } finally {
            Memory.free(scratch);
        }
    }
}
