// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The peers of a {@link PeerTable} at one moment, which share the table's chunks: the list of a million peers takes 32
 * KiB. Does not change; any thread.
 */
final class PeerList<P> extends AbstractList<P> {
    private final Object[][] chunks;
    /** For each chunk the number of peers up to its end. */
    private final int[] ends;

    PeerList(List<PeerChunk> from) {
        chunks = new Object[from.size()][];
        ends = new int[from.size()];
        int end = 0;
        for (int i = 0; i < chunks.length; i++) {
            PeerChunk chunk = from.get(i);
            chunks[i] = chunk.share();
            end += chunk.count();
            ends[i] = end;
        }
    }

    @Override
    public int size() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    @Override
    @SuppressWarnings("unchecked")
    public P get(int index) {
        Objects.checkIndex(index, size());
        int chunk = chunkOf(index);
        int first = chunk == 0 ? 0 : ends[chunk - 1];
        return (P) chunks[chunk][index - first];
    }

    private int chunkOf(int index) {
        // Where no peer was removed; else a chunk before it.
        int least = index / PeerChunk.PEERS;
        if (index < ends[least]) {
            return least;
        }
        // The first end above the index: no chunk is empty, so ends differ.
        int found = Arrays.binarySearch(ends, least, ends.length, index + 1);
        return found < 0 ? -found - 1 : found;
    }
}
