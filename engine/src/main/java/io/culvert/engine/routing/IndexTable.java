// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import io.culvert.engine.io.RandomSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The receiver indices of a device, each with its handshake or keypair (the kernel's struct index_hashtable). An index
 * has 16 random bits above 8 bits of the peer's receive queue and the 8 bits of its home worker, by which the BPF
 * program of the sockets selects the worker and one of its sockets. Indices are unique within a device.
 *
 * <p>Lookups: any thread; they neither block nor allocate. Changes: any thread, one at a time under this object's lock.
 *
 * <p>Open addressing with linear probing: a lookup probes from the hash's slot to the first empty slot. An entry is
 * immutable and keeps its slot. A change replaces it by another or by {@link #TOMBSTONE}, but never empties the slot,
 * so a lookup does not stop before its index. When half of the slots are used, the entries move to a new array,
 * published by one volatile store. Slots are stored with release and read with acquire, so a lookup sees the fields of
 * its entry. Lookups come from unauthenticated input, but the stored indices are random, so a sender cannot make the
 * probe sequences long.
 *
 * @param <E> the type of entries
 */
public final class IndexTable<E> {
    /** The maximum number of entries: a handshake and three keypairs for each of 2^20 peers. */
    public static final int MAX_ENTRIES = 4 * PeerTable.MAX_PEERS;

    private static final int MIN_SLOTS = 64;
    /** Of indices for one queue. */
    private static final int MAX_DRAWS = 64;

    private static final Entry<?> TOMBSTONE = new Entry<>(0, null);
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Entry[].class);

    private final RandomSource random;
    private volatile Entry<?>[] slots = new Entry<?>[MIN_SLOTS];
    // Guarded by this: the number of entries, and of slots in use, tombstones included.
    private int live;
    private int used;

    private record Entry<E>(int index, E object) {}

    /** An empty table that draws its indices from {@code random}. */
    public IndexTable(RandomSource random) {
        this.random = random;
    }

    /** The entry of an index, or {@code null}. Any thread. */
    public E lookup(int index) {
        Entry<?>[] array = slots;
        for (int slot = firstSlot(index, array); ; slot = nextSlot(slot, array)) {
            @SuppressWarnings("unchecked") // Java has no generic arrays; all entries stored are of E
            Entry<E> entry = (Entry<E>) SLOT.getAcquire(array, slot);
            if (entry == null) {
                return null;
            }
            if (entry.index == index && entry != TOMBSTONE) {
                return entry.object;
            }
        }
    }

    /**
     * Adds an entry under a new index. Any thread.
     *
     * @param object the entry
     * @param home the peer's home worker; its low 8 bits become those of the index
     * @param queue the peer's receive queue; its low 8 bits become the next ones
     * @return the index
     * @throws IllegalStateException if the table has {@link #MAX_ENTRIES}
     */
    public synchronized int insert(E object, int home, int queue) {
        if (live == MAX_ENTRIES) {
            throw new IllegalStateException(MAX_ENTRIES + " indices are in use");
        }
        if (2 * (used + 1) > slots.length) {
            rebuild();
        }
        int steering = (queue & 0xff) << 8 | home & 0xff;
        int index;
        int draws = 0;
        do {
            // Peers are spread evenly over homes and queues, so that a few draws find a free index. If additions and
            // removals have left many in one queue, another queue serves.
            int drawn = draws++ < MAX_DRAWS ? 0xffff0000 : 0xffffff00;
            index = random.nextInt() & drawn | steering & ~drawn;
        } while (lookup(index) != null);
        put(slots, new Entry<>(index, object));
        live++;
        return index;
    }

    /**
     * Replaces the entry of an index, for example a handshake by its keypair. Any thread.
     *
     * @return {@code false} if the entry is not {@code expected}; then nothing changed
     */
    public synchronized boolean replace(int index, E expected, E replacement) {
        return exchange(index, expected, new Entry<>(index, replacement));
    }

    /**
     * Removes an index. Any thread.
     *
     * @return {@code false} if its entry is not {@code expected}; then nothing changed
     */
    public synchronized boolean remove(int index, E expected) {
        boolean removed = exchange(index, expected, TOMBSTONE);
        if (removed) {
            live--;
        }
        return removed;
    }

    /** The number of entries. Any thread. */
    public synchronized int size() {
        return live;
    }

    private boolean exchange(int index, E expected, Entry<?> replacement) {
        Entry<?>[] array = slots;
        for (int slot = firstSlot(index, array); array[slot] != null; slot = nextSlot(slot, array)) {
            Entry<?> entry = array[slot];
            if (entry.index == index && entry != TOMBSTONE) {
                if (entry.object != expected) {
                    return false;
                }
                SLOT.setRelease(array, slot, replacement);
                return true;
            }
        }
        return false;
    }

    /** Stores an entry, whose index is not in the array, in the first slot that is empty or a tombstone. */
    private void put(Entry<?>[] array, Entry<?> entry) {
        int slot = firstSlot(entry.index, array);
        while (array[slot] != null && array[slot] != TOMBSTONE) {
            slot = nextSlot(slot, array);
        }
        if (array[slot] == null) {
            used++;
        }
        SLOT.setRelease(array, slot, entry);
    }

    /** Moves the entries to an array without tombstones, of which they use at most a quarter. */
    private void rebuild() {
        Entry<?>[] old = slots;
        Entry<?>[] array = new Entry<?>[Math.max(MIN_SLOTS, 8 * Integer.highestOneBit(live))];
        used = 0;
        for (Entry<?> entry : old) {
            if (entry != null && entry != TOMBSTONE) {
                put(array, entry);
            }
        }
        slots = array;
    }

    /**
     * The first slot of the probe sequence, by Fibonacci hashing: the high bits of the product depend on all 32 bits.
     */
    private static int firstSlot(int index, Entry<?>[] array) {
        return index * 0x9E3779B9 >>> Integer.numberOfLeadingZeros(array.length - 1);
    }

    private static int nextSlot(int slot, Entry<?>[] array) {
        return slot + 1 & array.length - 1;
    }
}
