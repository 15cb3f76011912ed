package io.culvert.crypto;

/** Seals wrongly by a bit, or reports other forgeries than there are. */
record Broken(Aead right, int flip, long forged) implements Aead {
    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        right.seal(key, counters, sources, targets, lengths, count);
        RawMemory.putByte(targets[0], (byte) (RawMemory.getByte(targets[0]) ^ flip));
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        right.open(key, counters, sources, targets, lengths, count);
        return forged;
    }

    @Override
    public String implementation() {
        return "broken";
    }

    @Override
    public void close() {
        right.close();
    }
}
