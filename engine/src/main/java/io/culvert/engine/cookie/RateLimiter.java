// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.UdpEndpoint;
import org.agrona.collections.Long2LongHashMap;

/**
 * Limits handshake messages to 20 a second, in bursts of at most 5, for each IPv4 address or IPv6 /64 (the kernel's
 * ratelimiter.c). The device uses it only under load, and only for messages with a valid cookie, so a spoofed source
 * address cannot exhaust the limit of another host.
 *
 * <p>A token bucket for each source, in units of time: it holds 250 ms, and every message takes 50 ms. The table stores
 * when the bucket will be full again. From then on the source equals an unknown one, and the next sweep, at most one a
 * second, removes its entry. Only {@link #allow} sweeps.
 *
 * <p>Any thread; under its own lock.
 */
public final class RateLimiter {
    /**
     * The maximum number of sources in the table, or as many as there are peers if these are more. While it is full,
     * messages of unknown sources are refused.
     */
    public static final int MAX_ENTRIES = 8 * 8192;

    private static final long SECOND = 1_000_000_000L;
    private static final long PACKETS_PER_SECOND = 20;
    private static final long PACKETS_BURSTABLE = 5;
    private static final long PACKET_COST = SECOND / PACKETS_PER_SECOND;
    private static final long TOKEN_MAX = PACKET_COST * PACKETS_BURSTABLE;
    private static final long MISSING = Long.MIN_VALUE;

    // Guarded by this.
    private final Long2LongHashMap refillTimes = new Long2LongHashMap(MISSING);
    private int most = MAX_ENTRIES;
    private final long seed;
    private long lastSweep;

    /** An empty limiter. The random seed keeps senders from choosing addresses whose hashes collide. */
    public RateLimiter(RandomSource random) {
        seed = (long) random.nextInt() << 32 | Integer.toUnsignedLong(random.nextInt());
    }

    /** Makes room for the sources of so many peers, which may all have new addresses after an outage. */
    public synchronized void setPeers(int peers) {
        most = Math.max(MAX_ENTRIES, peers);
    }

    /**
     * Whether a message from {@code source} is within the limit; if so, takes its tokens.
     *
     * @param now the current {@link io.culvert.engine.io.Clock#nanos}
     */
    public synchronized boolean allow(UdpEndpoint source, long now) {
        if (now - lastSweep >= SECOND) {
            sweep(now);
        }
        long key = key(source);
        long full = refillTimes.get(key);
        if (full == MISSING) {
            if (refillTimes.size() >= most) {
                return false;
            }
            full = now;
        }
        long afterwards = Math.max(full, now) + PACKET_COST;
        if (afterwards - now > TOKEN_MAX) {
            return false;
        }
        refillTimes.put(key, afterwards);
        return true;
    }

    private void sweep(long now) {
        lastSweep = now;
        Long2LongHashMap.ValueIterator times = refillTimes.values().iterator();
        while (times.hasNext()) {
            if (times.nextValue() <= now) {
                times.remove();
            }
        }
    }

    /**
     * The key of a source: an IPv4 address mapped into ffff:ffff::/32, which no IPv6 host uses, or the upper half of an
     * IPv6 address; then permuted by the seed.
     */
    private long key(UdpEndpoint source) {
        long prefix = source.isIpv6() ? source.high() : 0xFFFF_FFFF_0000_0000L | source.low();
        long mixed = (prefix ^ seed) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 32) * (seed | 1);
        return mixed ^ mixed >>> 29;
    }
}
