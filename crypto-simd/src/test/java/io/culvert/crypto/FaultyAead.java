// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/** Flips a bit when sealing, or reports wrong forgeries. */
record FaultyAead(Aead correct, int flip, long forged) implements Aead {
    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        correct.seal(key, counters, sources, targets, lengths, count);
        RawMemory.putByte(targets[0], (byte) (RawMemory.getByte(targets[0]) ^ flip));
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        correct.open(key, counters, sources, targets, lengths, count);
        return forged;
    }

    @Override
    public String implementation() {
        return "faulty";
    }

    @Override
    public void close() {
        correct.close();
    }
}
