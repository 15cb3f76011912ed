package io.culvert.engine.io;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counters for the values of an enum. Written by one thread alone (opaque stores), read by any thread: each counter is
 * exact by itself, and no two are promised to be of the same moment.
 *
 * @param <E> what is counted
 */
public class Counters<E extends Enum<E>> {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    // Eight longs of padding on both sides keep a neighbour's writes off these cache lines.
    private static final int PAD = 8;

    private final long[] cells;

    /** All zero, one for each value of {@code type}. */
    public Counters(Class<E> type) {
        cells = new long[type.getEnumConstants().length + 2 * PAD];
    }

    /** Adds; the owner's thread only. */
    public final void add(E counter, long n) {
        int i = counter.ordinal() + PAD;
        CELL.setOpaque(cells, i, cells[i] + n);
    }

    /** Reads; any thread. */
    public final long get(E counter) {
        return (long) CELL.getOpaque(cells, counter.ordinal() + PAD);
    }
}
