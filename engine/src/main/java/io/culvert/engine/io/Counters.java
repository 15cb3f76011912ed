// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One counter for each value of an enum. Only the owner's thread writes (opaque stores); any thread reads. Each counter
 * is exact, but two counters may be from different moments.
 *
 * @param <E> the names of the counters
 */
public class Counters<E extends Enum<E>> {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    // Eight longs of padding on both sides prevent false sharing with the neighbours on the heap.
    private static final int PAD = 8;

    private final long[] cells;

    /** Counters at zero, one for each value of {@code type}. */
    public Counters(Class<E> type) {
        cells = new long[type.getEnumConstants().length + 2 * PAD];
    }

    /** Adds {@code n} to a counter; the owner's thread only. */
    public final void add(E counter, long n) {
        int i = counter.ordinal() + PAD;
        CELL.setOpaque(cells, i, cells[i] + n);
    }

    /** Reads a counter. Any thread. */
    public final long get(E counter) {
        return (long) CELL.getOpaque(cells, counter.ordinal() + PAD);
    }
}
