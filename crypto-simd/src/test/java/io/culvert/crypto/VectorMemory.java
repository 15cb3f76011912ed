// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.util.Arrays;

/** A packet under any nonce of twelve bytes, processed singly or in all lanes of a group. */
final class VectorMemory implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Scratch scratch = new Scratch();
    private final SinglePacket single;
    private final LaneGroup group;
    private final Kernels kernels;
    private final int length;
    private final long key;
    private final long counter;
    private final long source;
    /** Targets, one for each lane. */
    private final long[] targets;

    VectorMemory(Kernels kernels, byte[] key, byte[] nonce, int length) {
        this.kernels = kernels;
        this.length = length;
        this.key = RawMemory.allocate(arena, 32);
        single = new SinglePacket(kernels, scratch);
        group = new LaneGroup(kernels, scratch);
        RawMemory.copy(key, 0, this.key, 32);
        long at = RawMemory.allocate(arena, 16);
        RawMemory.copy(nonce, 0, at, 12);
        counter = RawMemory.getLong(at + 4);
        // These four bytes are zero in WireGuard's nonces, and so in the state.
        int nonceStart = RawMemory.getInt(at);
        for (int lane = 0; lane < kernels.lanes(); lane++) {
            RawMemory.putInt(scratch.state + 13 * Kernels.ROW + lane * 4L, nonceStart);
        }
        source = RawMemory.allocate(arena, length + 16L);
        targets = new long[kernels.lanes()];
        Arrays.setAll(targets, lane -> RawMemory.allocate(arena, length + 16L));
    }

    byte[] seal(boolean singly, byte[] message) {
        RawMemory.copy(message, 0, source, length);
        kernels.key(scratch.state, key);
        if (singly) {
            single.seal(counter, source, targets[0], length);
        } else {
            fill();
            group.seal();
        }
        return same(singly, length + 16);
    }

    /** The plaintext, or null. */
    byte[] open(boolean singly, byte[] sealed) {
        RawMemory.copy(sealed, 0, source, sealed.length);
        kernels.key(scratch.state, key);
        if (singly) {
            return single.open(counter, source, targets[0], length) ? same(true, length) : null;
        }
        fill();
        int forged = group.open();
        if (forged != 0 && forged != (1 << targets.length) - 1) {
            throw new AssertionError("lanes disagree: " + Integer.toBinaryString(forged));
        }
        return forged == 0 ? same(false, length) : null;
    }

    private void fill() {
        group.clear();
        for (long target : targets) {
            group.add(counter, source, target, length);
        }
    }

    private byte[] same(boolean singly, int bytes) {
        byte[] first = new byte[bytes];
        RawMemory.copy(targets[0], first, 0, bytes);
        for (int lane = 1; lane < (singly ? 1 : targets.length); lane++) {
            byte[] other = new byte[bytes];
            RawMemory.copy(targets[lane], other, 0, bytes);
            if (!Arrays.equals(first, other)) {
                throw new AssertionError("lane " + lane + " differs from lane 0");
            }
        }
        return first;
    }

    @Override
    public void close() {
        scratch.close();
        arena.close();
    }
}
