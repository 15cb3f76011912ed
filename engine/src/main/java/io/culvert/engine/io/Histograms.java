// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One histogram for each value of an enum, with bounds that are powers of two. Only the owner's thread writes (opaque
 * stores); any thread reads. Each count is exact, but two may be from different moments.
 *
 * @param <E> the names of the histograms
 */
public final class Histograms<E extends Enum<E>> {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    // Eight longs of padding on both sides prevent false sharing with the neighbours on the heap.
    private static final int PAD = 8;

    private final int firstBit;
    private final int stepBits;
    private final int bounds;
    /** For each histogram: the counts up to each bound, of which each value is in one, those beyond, and the sum. */
    private final long[] cells;

    /**
     * Empty histograms.
     *
     * @param firstBit the first bound is 2 to the power of this
     * @param step each bound is 2 to the power of this times the one before: 1 or 2
     * @param bounds the number of bounds; beyond the last is another bucket
     */
    public Histograms(Class<E> type, int firstBit, int step, int bounds) {
        this.firstBit = firstBit;
        this.stepBits = step - 1;
        this.bounds = bounds;
        cells = new long[type.getEnumConstants().length * (bounds + 2) + 2 * PAD];
    }

    /** Adds a value, 0 or more; the owner's thread only. */
    public void add(E histogram, long value) {
        // The number of bits of the least power of two that is not less.
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(value, 1) - 1);
        int bucket = Math.clamp(bits - firstBit + stepBits >> stepBits, 0, bounds);
        int base = base(histogram);
        add(base + bucket, 1);
        add(base + bounds + 1, value);
    }

    private void add(int i, long n) {
        CELL.setOpaque(cells, i, cells[i] + n);
    }

    private int base(E histogram) {
        return PAD + histogram.ordinal() * (bounds + 2);
    }

    /** The number of bounds. */
    public int bounds() {
        return bounds;
    }

    /** Bound {@code i}: the greatest value in its bucket. */
    public long bound(int i) {
        return 1L << firstBit + (i << stepBits);
    }

    /** The number of values above the bound before and up to bound {@code i}; with i = bounds, those beyond. */
    public long count(E histogram, int i) {
        return (long) CELL.getOpaque(cells, base(histogram) + i);
    }

    /** The sum of all values. */
    public long sum(E histogram) {
        return (long) CELL.getOpaque(cells, base(histogram) + bounds + 1);
    }
}
