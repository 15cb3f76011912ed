// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import java.util.List;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * The peers of inner addresses, by longest-prefix match: one path-compressed binary trie for each address family (the
 * kernel's allowedips.c). Each prefix has one peer.
 *
 * <pre>
 *   10.0.0.0/8 (a)                  a node's prefix is a prefix of all nodes below it;
 *     0: 10.1.0.0/15                a node without an entry has two children, so there are
 *          0: 10.0.0.0/16 (b)       fewer than twice as many nodes as entries, and a lookup
 *          1: 10.1.2.0/24 (c)       visits at most 33 or 129 of them
 * </pre>
 *
 * <p>Lookups: any thread; they neither block nor allocate. Changes and lists: one thread at a time (the device's lock).
 * A change copies the nodes on its path (about twenty for a million prefixes) and publishes the new root by one
 * volatile store; a lookup reads the root once. So a lookup sees the trie between two changes. Changing nodes in place,
 * as the kernel does, would be cheaper, but a lookup concurrent with two changes could miss both the old and the new
 * match of its address, and the packet would take a less specific route.
 *
 * @param <P> the type of peers, compared by {@code equals}
 */
public final class AllowedIps<P> {
    private volatile Node<P> root4;
    private volatile Node<P> root6;
    /** By peer: its newest entry, which is linked with the others in a ring; writers only. */
    private final Object2ObjectHashMap<P, Entry<P>> newest = new Object2ObjectHashMap<>();

    /**
     * A node of the trie. Immutable once published. The first {@code length} bits of the key are valid; an IPv4 address
     * is in the first 32 bits. The entry is {@code null} if the node is only a fork.
     */
    private static class Node<P> {
        final long high;
        final long low;
        final short length;
        final Node<P> zero;
        final Node<P> one;
        /** Written before the node is published. */
        Entry<P> entry;

        Node(long high, long low, int length, Entry<P> entry, Node<P> zero, Node<P> one) {
            this.high = high;
            this.low = low;
            this.length = (short) length;
            this.entry = entry;
            this.zero = zero;
            this.one = one;
        }

        /** The node of an entry: the entry itself if nothing is below it. */
        static <P> Node<P> of(Entry<P> entry, Node<P> zero, Node<P> one) {
            return zero == null && one == null
                    ? entry
                    : new Node<>(entry.high, entry.low, entry.length, entry, zero, one);
        }

        /** The length of the common prefix of this node's key and another. */
        int common(long otherHigh, long otherLow) {
            long difference = high ^ otherHigh;
            return difference != 0
                    ? Long.numberOfLeadingZeros(difference)
                    : 64 + Long.numberOfLeadingZeros(low ^ otherLow);
        }

        /** The child on the path to a key, which must begin with this node's prefix. */
        Node<P> child(long keyHigh, long keyLow) {
            return bit(keyHigh, keyLow, length) ? one : zero;
        }

        Node<P> withChild(boolean side, Node<P> child) {
            return withChildren(side ? zero : child, side ? child : one);
        }

        private Node<P> withChildren(Node<P> newZero, Node<P> newOne) {
            return entry != null ? of(entry, newZero, newOne) : new Node<>(high, low, length, null, newZero, newOne);
        }

        /** This node or, if it has neither an entry nor two children, its child or {@code null}. */
        Node<P> collapsed() {
            if (entry != null || (zero != null && one != null)) {
                return this;
            }
            return zero != null ? zero : one;
        }
    }

    /**
     * A prefix with its peer, and the trie's node of it where no longer prefix lies below. The links, in the order of
     * insertion, are used by writers only.
     */
    private static final class Entry<P> extends Node<P> {
        final P peer;
        private final boolean ipv6;
        private Entry<P> previous = this;
        private Entry<P> next = this;

        Entry(Prefix prefix, P peer) {
            super(keyHigh(prefix), keyLow(prefix), prefix.length(), null, null, null);
            entry = this;
            this.peer = peer;
            ipv6 = prefix.ipv6();
        }

        void addTo(PrefixList list) {
            list.add(ipv6, ipv6 ? high : 0, ipv6 ? low : high >>> 32, length);
        }

        void insertAfter(Entry<P> other) {
            previous = other;
            next = other.next;
            previous.next = this;
            next.previous = this;
        }

        void unlink() {
            previous.next = next;
            next.previous = previous;
        }
    }

    /** The number of prefixes; writers only. */
    private int size;

    /** An empty table. */
    public AllowedIps() {}

    /** The number of prefixes. One thread at a time, as changes. */
    public int size() {
        return size;
    }

    /** Whether a prefix has a peer. One thread at a time, as changes. */
    public boolean contains(Prefix prefix) {
        return find(prefix) != null;
    }

    /** The peer of an IPv4 address, a big-endian word, or {@code null}. */
    public P lookup4(int address) {
        return lookup(root4, (long) address << 32, 0);
    }

    /** The peer of an IPv6 address, given as two big-endian halves, or {@code null}. */
    public P lookup6(long high, long low) {
        return lookup(root6, high, low);
    }

    private static <P> P lookup(Node<P> root, long high, long low) {
        Entry<P> best = null;
        for (Node<P> node = root; node != null && node.common(high, low) >= node.length; ) {
            if (node.entry != null) {
                best = node.entry;
            }
            // a node of 128 bits matched the whole address and has no children
            node = node.length == 128 ? null : node.child(high, low);
        }
        return best == null ? null : best.peer;
    }

    /** Assigns a prefix to a peer, at the end of the peer's list; a former peer of the prefix loses it. */
    public void insert(Prefix prefix, P peer) {
        Entry<P> former = find(prefix);
        if (former == null) {
            size++;
        } else {
            unlist(former);
        }
        Entry<P> entry = new Entry<>(prefix, peer);
        Entry<P> last = newest.put(peer, entry);
        if (last != null) {
            entry.insertAfter(last);
        }
        publish(prefix, insert(root(prefix), entry));
    }

    /**
     * Removes a prefix from a peer.
     *
     * @return {@code false} if the prefix was not assigned to the peer; then nothing changed
     */
    public boolean remove(Prefix prefix, P peer) {
        Entry<P> entry = find(prefix);
        if (entry == null || !entry.peer.equals(peer)) {
            return false;
        }
        unlist(entry);
        size--;
        publish(prefix, remove(root(prefix), prefix));
        return true;
    }

    /** Removes all prefixes of a peer. */
    public void removeAll(P peer) {
        for (Prefix prefix : of(peer)) {
            size--;
            publish(prefix, remove(root(prefix), prefix));
        }
        newest.remove(peer);
    }

    /** The prefixes of a peer, in the order of insertion. */
    public List<Prefix> of(P peer) {
        PrefixList prefixes = new PrefixList();
        copy(peer, prefixes);
        return prefixes;
    }

    /** Replaces the content of a list by the prefixes of a peer, in the order of insertion. */
    public void copy(P peer, PrefixList target) {
        target.clear();
        Entry<P> last = newest.get(peer);
        if (last != null) {
            Entry<P> entry = last;
            do {
                entry = entry.next;
                entry.addTo(target);
            } while (entry != last);
        }
    }

    private void unlist(Entry<P> entry) {
        if (entry.next == entry) {
            newest.remove(entry.peer);
            return;
        }
        if (newest.get(entry.peer) == entry) {
            newest.put(entry.peer, entry.previous);
        }
        entry.unlink();
    }

    private Entry<P> find(Prefix prefix) {
        long high = keyHigh(prefix);
        long low = keyLow(prefix);
        Node<P> node = root(prefix);
        while (node != null && node.length < prefix.length() && node.common(high, low) >= node.length) {
            node = node.child(high, low);
        }
        boolean found = node != null && node.length == prefix.length() && node.common(high, low) >= node.length;
        return found ? node.entry : null;
    }

    private static <P> Node<P> insert(Node<P> node, Entry<P> entry) {
        if (node == null) {
            return Node.of(entry, null, null);
        }
        long high = entry.high;
        long low = entry.low;
        int common = Math.min(node.common(high, low), Math.min(node.length, entry.length));
        if (common == node.length && common == entry.length) {
            return Node.of(entry, node.zero, node.one);
        }
        if (common == node.length) {
            return node.withChild(bit(high, low, common), insert(node.child(high, low), entry));
        }
        boolean nodeSide = bit(node.high, node.low, common);
        Node<P> above = common == entry.length
                ? entry
                : new Node<P>(high, low, common, null, null, null).withChild(bit(high, low, common), entry);
        return above.withChild(nodeSide, node);
    }

    /** Removes a prefix that the trie contains. */
    private static <P> Node<P> remove(Node<P> node, Prefix prefix) {
        if (node.length == prefix.length()) {
            return new Node<>(node.high, node.low, node.length, null, node.zero, node.one).collapsed();
        }
        long high = keyHigh(prefix);
        long low = keyLow(prefix);
        return node.withChild(bit(high, low, node.length), remove(node.child(high, low), prefix))
                .collapsed();
    }

    private Node<P> root(Prefix prefix) {
        return prefix.ipv6() ? root6 : root4;
    }

    private void publish(Prefix prefix, Node<P> root) {
        if (prefix.ipv6()) {
            root6 = root;
        } else {
            root4 = root;
        }
    }

    private static long keyHigh(Prefix prefix) {
        return prefix.ipv6() ? prefix.high() : prefix.low() << 32;
    }

    private static long keyLow(Prefix prefix) {
        return prefix.ipv6() ? prefix.low() : 0;
    }

    /** Bit {@code n} of a key, from the most significant bit, 0, on. */
    private static boolean bit(long high, long low, int n) {
        return ((n < 64 ? high << n : low << (n - 64)) & Long.MIN_VALUE) != 0;
    }
}
