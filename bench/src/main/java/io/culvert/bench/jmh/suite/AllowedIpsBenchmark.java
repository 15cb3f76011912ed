// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.Prefix;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Looking up the peer of an address among random prefixes (/24 of IPv4, /64 of IPv6) of a thousand peers, and removing
 * and inserting a prefix. The references are {@link TreeMap#floorEntry}, correct only without nested prefixes, and a
 * linear search.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AllowedIpsBenchmark {
    private static final int PEERS = 1_000;
    private static final int ADDRESSES = 1 << 12;

    /** {@code culvert}, {@code tree-map}, {@code linear}. */
    @Param({"culvert"})
    public String implementation;

    /** 4 or 6. */
    @Param({"4"})
    public int family;

    /** The number of prefixes. */
    @Param({"1000"})
    public int prefixes;

    private final Integer[] peers = new Integer[PEERS];
    private final long[] addresses = new long[ADDRESSES];
    private final Prefix[] changing = new Prefix[ADDRESSES];
    private Table table;
    private int next;

    /** The measured operations. An address is its first 64 bits; for IPv4, its 32. */
    private interface Table {
        Integer lookup(long address);

        void insert(Prefix prefix, Integer peer);

        void remove(Prefix prefix, Integer peer);
    }

    private static final class Trie4 implements Table {
        final AllowedIps<Integer> table = new AllowedIps<>();

        @Override
        public Integer lookup(long address) {
            return table.lookup4((int) address);
        }

        @Override
        public void insert(Prefix prefix, Integer peer) {
            table.insert(prefix, peer);
        }

        @Override
        public void remove(Prefix prefix, Integer peer) {
            table.remove(prefix, peer);
        }
    }

    private static final class Trie6 implements Table {
        final AllowedIps<Integer> table = new AllowedIps<>();

        @Override
        public Integer lookup(long address) {
            return table.lookup6(address, 1);
        }

        @Override
        public void insert(Prefix prefix, Integer peer) {
            table.insert(prefix, peer);
        }

        @Override
        public void remove(Prefix prefix, Integer peer) {
            table.remove(prefix, peer);
        }
    }

    private static final class Tree implements Table {
        private final TreeMap<Long, Integer> map = new TreeMap<>();
        private final long mask;

        Tree(long mask) {
            this.mask = mask;
        }

        @Override
        public Integer lookup(long address) {
            Map.Entry<Long, Integer> entry = map.floorEntry(address);
            return entry != null && entry.getKey() == (address & mask) ? entry.getValue() : null;
        }

        @Override
        public void insert(Prefix prefix, Integer peer) {
            map.put(first(prefix), peer);
        }

        @Override
        public void remove(Prefix prefix, Integer peer) {
            map.remove(first(prefix), peer);
        }
    }

    private static final class Linear implements Table {
        private final long[] firsts;
        private final Integer[] owners;
        private final long mask;
        private int count;

        Linear(int capacity, long mask) {
            firsts = new long[capacity];
            owners = new Integer[capacity];
            this.mask = mask;
        }

        @Override
        public Integer lookup(long address) {
            int i = index(address & mask);
            return i < 0 ? null : owners[i];
        }

        private int index(long first) {
            for (int i = 0; i < count; i++) {
                if (firsts[i] == first) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public void insert(Prefix prefix, Integer peer) {
            firsts[count] = first(prefix);
            owners[count++] = peer;
        }

        @Override
        public void remove(Prefix prefix, Integer peer) {
            int i = index(first(prefix));
            count--;
            firsts[i] = firsts[count];
            owners[i] = owners[count];
        }
    }

    private static long first(Prefix prefix) {
        return prefix.ipv6() ? prefix.high() : prefix.low();
    }

    /** Fills the table, and selects the addresses to look up and the prefixes to change. */
    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(prefixes);
        long mask = family == 4 ? 0xffff_ff00L : -1;
        table = switch (implementation) {
            case "tree-map" -> new Tree(mask);
            case "linear" -> new Linear(prefixes, mask);
            default -> family == 4 ? new Trie4() : new Trie6();
        };
        for (int i = 0; i < PEERS; i++) {
            peers[i] = i;
        }
        Set<Long> seen = new HashSet<>();
        while (seen.size() < prefixes) {
            // 2000::/3 for IPv6; any address for IPv4
            long address = family == 4 ? random.nextLong(1L << 32) & mask : random.nextLong() >>> 3 | 0x2000L << 48;
            int i = seen.size();
            if (seen.add(address)) {
                Prefix prefix = family == 4 ? new Prefix(false, 0, address, 24) : new Prefix(true, address, 0, 64);
                table.insert(prefix, peers[i % PEERS]);
                if (i < ADDRESSES) {
                    changing[i] = prefix;
                }
            }
        }
        long[] all = seen.stream().mapToLong(Long::longValue).toArray();
        for (int i = 0; i < ADDRESSES; i++) {
            addresses[i] = all[random.nextInt(all.length)] | (family == 4 ? random.nextInt(256) : 0);
            if (table.lookup(addresses[i]) == null) {
                throw new IllegalStateException(implementation + " does not find " + Long.toHexString(addresses[i]));
            }
        }
    }

    /** Finds the peer of one address. */
    @Benchmark
    public Integer lookup() {
        next = next + 1 & ADDRESSES - 1;
        return table.lookup(addresses[next]);
    }

    /** Removes a prefix and inserts it again: two changes. */
    @Benchmark
    @OperationsPerInvocation(2)
    public void change() {
        next = (next + 1) % Math.min(ADDRESSES, prefixes);
        Prefix prefix = changing[next];
        Integer peer = peers[next % PEERS];
        table.remove(prefix, peer);
        table.insert(prefix, peer);
    }
}
