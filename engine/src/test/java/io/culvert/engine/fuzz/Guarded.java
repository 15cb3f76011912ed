// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import io.culvert.natives.Memory;

/** Memory of exactly the size that is asked for: raw access beyond it throws, since checks are on. */
final class Guarded implements AutoCloseable {
    final long address;
    final int length;

    /** Memory with a content; at least one byte, so that there is an address. */
    Guarded(byte[] content) {
        this(content.length);
        Memory.copy(content, 0, address, content.length);
    }

    Guarded(int length) {
        this.length = length;
        address = Memory.allocate(Math.max(1, length), 1);
    }

    byte[] bytes(int count) {
        byte[] copy = new byte[count];
        Memory.copy(address, copy, 0, count);
        return copy;
    }

    @Override
    public void close() {
        Memory.free(address);
    }
}
