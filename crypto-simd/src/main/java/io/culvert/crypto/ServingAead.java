// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * The instances that {@link Aeads#create()} makes: the first implementation, then the kernels that the warm-up
 * publishes. For one thread.
 */
final class ServingAead implements Aead {
    private final Aeads aeads;
    private Kernels kernels;
    private Aead serving;

    /** Takes ownership of {@code first}. */
    ServingAead(Aeads aeads, Aead first) {
        this.aeads = aeads;
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
        Kernels published = aeads.kernels();
        if (published != kernels) {
            serving.close();
            serving = new VectorAead(published);
            kernels = published;
        }
        return serving;
    }
}
