package io.culvert.engine.routing;

import io.culvert.engine.io.RandomSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The receiver indices that this device gave out, each with the handshake or the keypair it stands for (the kernel's index
 * hash table). An index is 24 random bits above the number of the peer's home worker, by which the sockets' steering
 * program finds the home; no two entries of a device have the same.
 *
 * <p>Lookups: any thread, never blocked, never allocating. Changes: any thread, one at a time under this object's lock.
 *
 * <p>Open addressing: an index is looked for from its hash's slot on, up to an empty slot. An entry is immutable and
 * keeps its slot; a slot's entry is replaced by another or by {@link #GONE}, but a used slot never becomes empty again,
 * so no lookup stops short of what it seeks. When half of the slots are used, the entries move to a new array, published
 * by one volatile store. Slots are stored with release and read with acquire, so a lookup sees its entry's object whole.
 * What is looked up comes from strangers, but what is stored is random, so nobody can make the runs of used slots long.
 *
 * @param <E> the entries
 */
public final class IndexTable<E> {
    /** How many entries there may be: a handshake and three keypairs for each of 2^20 peers. */
    public static final int MAX_ENTRIES = 4 * PeerTable.MAX_PEERS;

    private static final int MIN_SLOTS = 64;
    private static final Entry<?> GONE = new Entry<>(0, null);
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Entry[].class);

    private final RandomSource random;
    private volatile Entry<?>[] slots = new Entry<?>[MIN_SLOTS];
    /** Entries, and slots that are not empty; guarded by this object's lock. */
    private int live;

    private int used;

    private record Entry<E>(int index, E object) {}

    /** An empty table that draws its indices from {@code random}. */
    public IndexTable(RandomSource random) {
        this.random = random;
    }

    /** What an index stands for, or {@code null}. */
    public E lookup(int index) {
        Entry<?>[] array = slots;
        for (int slot = home(index, array); ; slot = next(slot, array)) {
            @SuppressWarnings("unchecked") // Java has no generic arrays; all entries stored are of E
            Entry<E> entry = (Entry<E>) SLOT.getAcquire(array, slot);
            if (entry == null) {
                return null;
            }
            if (entry.index == index && entry != GONE) {
                return entry.object;
            }
        }
    }

    /**
     * Adds an entry under a fresh index.
     *
     * @param object what the index stands for
     * @param home the home worker; its low 8 bits become those of the index
     * @return the index
     * @throws IllegalStateException when there are {@link #MAX_ENTRIES}
     */
    public synchronized int insert(E object, int home) {
        if (live == MAX_ENTRIES) {
            throw new IllegalStateException(MAX_ENTRIES + " indices are in use");
        }
        if (2 * (used + 1) > slots.length) {
            rebuild();
        }
        // At most a quarter of a home's 2^24 indices is ever in use, so a free one is soon found.
        int index;
        do {
            index = random.nextInt() & 0xffffff00 | home & 0xff;
        } while (lookup(index) != null);
        put(slots, new Entry<>(index, object));
        live++;
        return index;
    }

    /**
     * Lets an index stand for something else, as a handshake's index becomes its keypair's.
     *
     * @return {@code false} when it does not stand for {@code expected}; then nothing changed
     */
    public synchronized boolean replace(int index, E expected, E replacement) {
        return exchange(index, expected, new Entry<>(index, replacement));
    }

    /**
     * Takes an index back.
     *
     * @return {@code false} when it does not stand for {@code expected}; then nothing changed
     */
    public synchronized boolean remove(int index, E expected) {
        boolean removed = exchange(index, expected, GONE);
        if (removed) {
            live--;
        }
        return removed;
    }

    /** How many entries there are. */
    public synchronized int size() {
        return live;
    }

    private boolean exchange(int index, E expected, Entry<?> replacement) {
        Entry<?>[] array = slots;
        for (int slot = home(index, array); array[slot] != null; slot = next(slot, array)) {
            Entry<?> entry = array[slot];
            if (entry.index == index && entry != GONE) {
                if (entry.object != expected) {
                    return false;
                }
                SLOT.setRelease(array, slot, replacement);
                return true;
            }
        }
        return false;
    }

    /** Stores an entry whose index is not in the array, in the first slot that is empty or whose entry is gone. */
    private void put(Entry<?>[] array, Entry<?> entry) {
        int slot = home(entry.index, array);
        while (array[slot] != null && array[slot] != GONE) {
            slot = next(slot, array);
        }
        if (array[slot] == null) {
            used++;
        }
        SLOT.setRelease(array, slot, entry);
    }

    /** Moves the entries to an array in which at most a quarter of the slots is used, and none by what is gone. */
    private void rebuild() {
        Entry<?>[] old = slots;
        Entry<?>[] array = new Entry<?>[Math.max(MIN_SLOTS, Integer.highestOneBit(2 * live + 1) * 4)];
        used = 0;
        for (Entry<?> entry : old) {
            if (entry != null && entry != GONE) {
                put(array, entry);
            }
        }
        slots = array;
    }

    /** The slot where an index belongs; the multiplication (Fibonacci hashing) takes its high bits from all 32. */
    private static int home(int index, Entry<?>[] array) {
        return index * 0x9E3779B9 >>> Integer.numberOfLeadingZeros(array.length - 1);
    }

    private static int next(int slot, Entry<?>[] array) {
        return slot + 1 & array.length - 1;
    }
}
