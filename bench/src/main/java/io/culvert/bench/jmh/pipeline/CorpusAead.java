package io.culvert.bench.jmh.pipeline;

import io.culvert.crypto.Aead;
import io.culvert.crypto.Aeads;
import java.util.function.LongConsumer;

/**
 * The AEAD that serves, but opening messages whose counters go on from round to round of a {@link Corpus} under the counters
 * by which they were sealed: so the replay window sees each once, and the cipher works on a corpus that fits the cache.
 */
final class CorpusAead implements Aead {
    private final Aead serving;
    private final LongConsumer sealsWith;
    private final long[] sealed = new long[MAX_TRAIN];

    /** Tells {@code sealsWith} the address of the key at each seal. */
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
