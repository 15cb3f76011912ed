package io.culvert.crypto;

/** What {@link Aeads#create()} gives: one thing at first, then the kernels that the warm-up publishes. For one thread. */
final class ServingAead implements Aead {
    private Kernels kernels;
    private Aead serving;

    /** Takes {@code first} over. */
    ServingAead(Aead first) {
        serving = first;
    }

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        serving().seal(key, counters, sources, targets, lengths, count);
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        return serving().open(key, counters, sources, targets, lengths, count);
    }

    @Override
    public String implementation() {
        return serving.implementation();
    }

    @Override
    public void close() {
        serving.close();
    }

    private Aead serving() {
        Kernels published = Aeads.kernels();
        if (published != kernels) {
            serving.close();
            serving = new VectorAead(published);
            kernels = published;
        }
        return serving;
    }
}
