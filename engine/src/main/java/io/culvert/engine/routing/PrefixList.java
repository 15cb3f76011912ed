// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * A list of prefixes that can be cleared and filled again without allocation, as long as it was as long before. {@link
 * #get} allocates; the words of a prefix can be read one by one. One thread.
 */
public final class PrefixList extends AbstractList<Prefix> implements RandomAccess {
    private static final int WORDS = 2;
    private static final int IPV6 = 1 << 8;

    private long[] words = new long[WORDS];
    /** The length in bits, and {@link #IPV6}. */
    private short[] lengths = new short[1];

    private int size;

    /** An empty list. */
    public PrefixList() {}

    @Override
    public int size() {
        return size;
    }

    @Override
    public Prefix get(int index) {
        Objects.checkIndex(index, size);
        return new Prefix(isIpv6(index), high(index), low(index), length(index));
    }

    /** Whether a prefix is of IPv6. */
    public boolean isIpv6(int index) {
        return (lengths[index] & IPV6) != 0;
    }

    /** The upper 64 bits, 0 for IPv4. */
    public long high(int index) {
        return words[WORDS * index];
    }

    /** The lower 64 bits. */
    public long low(int index) {
        return words[WORDS * index + 1];
    }

    /** The length in bits. */
    public int length(int index) {
        return lengths[index] & IPV6 - 1;
    }

    @Override
    public void clear() {
        size = 0;
    }

    @Override
    public boolean add(Prefix prefix) {
        add(prefix.ipv6(), prefix.high(), prefix.low(), prefix.length());
        return true;
    }

    /** Adds a prefix whose bits beyond the length are zero. */
    void add(boolean ipv6, long high, long low, int length) {
        if (size == lengths.length) {
            lengths = Arrays.copyOf(lengths, 2 * size);
            words = Arrays.copyOf(words, WORDS * 2 * size);
        }
        lengths[size] = (short) (ipv6 ? length | IPV6 : length);
        words[WORDS * size] = high;
        words[WORDS * size + 1] = low;
        size++;
    }
}
