// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.crypto.Aeads;
import java.util.function.LongConsumer;

/**
 * The serving AEAD, which opens messages of a repeated {@link Corpus} with the counters that they were sealed with,
 * although the counters in the messages continue: the replay window sees each counter once, and the corpus fits into
 * the cache.
 */
final class CorpusAead implements Aead {
    private final Aead serving;
    private final LongConsumer sealsWith;
    private final long[] sealed = new long[MAX_TRAIN];

    /** {@code sealsWith} receives the address of the key on each seal. */
    CorpusAead(Aeads aeads, LongConsumer sealsWith) {
        serving = aeads.create();
        this.sealsWith = sealsWith;
    }

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        sealsWith.accept(key);
        serving.seal(key, counters, sources, targets, lengths, count);
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        for (int i = 0; i < count; i++) {
            sealed[i] = counters[i] & Corpus.COUNTERS - 1;
        }
        return serving.open(key, sealed, sources, targets, lengths, count);
    }

    @Override
    public String implementation() {
        return serving.implementation();
    }

    @Override
    public void close() {
        serving.close();
    }
}
