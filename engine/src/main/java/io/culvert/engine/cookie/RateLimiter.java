package io.culvert.engine.cookie;

import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.UdpEndpoint;
import org.agrona.collections.Long2LongHashMap;

/**
 * Lets 20 handshake messages a second through, and 5 at once, for each IPv4 address or IPv6 /64 (the kernel's
 * ratelimiter.c). It is asked only under load and of messages whose sender has shown, by a cookie, that it has its
 * address, and so it stops few and honest ones.
 *
 * <p>Each source has a bucket of 250 ms that every message takes 50 ms from. What is held is the time at which the bucket
 * will be full again: from then on the source is as one never seen, and its entry is swept away at the next occasion, at
 * most once a second. Nothing is swept while nobody asks.
 *
 * <p>Any thread; under its own lock.
 */
public final class RateLimiter {
    /** Sources that are remembered at once. When there are more, unknown ones are refused. */
    public static final int MAX_ENTRIES = 8 * 8192;

    private static final long SECOND = 1_000_000_000L;
    private static final long PACKETS_PER_SECOND = 20;
    private static final long PACKETS_BURSTABLE = 5;
    private static final long PACKET_COST = SECOND / PACKETS_PER_SECOND;
    private static final long TOKEN_MAX = PACKET_COST * PACKETS_BURSTABLE;
    private static final long MISSING = Long.MIN_VALUE;

    // Guarded by this.
    private final Long2LongHashMap fullAgain = new Long2LongHashMap(MISSING);
    private final long seed;
    private long lastSweep;

    /** Empty. The randomness keeps senders from choosing addresses that meet in one place of the table. */
    public RateLimiter(RandomSource random) {
        seed = (long) random.nextInt() << 32 | Integer.toUnsignedLong(random.nextInt());
    }

    /**
     * Whether a message from {@code source} may pass; if so, it is counted.
     *
     * @param now the present, of {@link io.culvert.engine.io.Clock#nanos}
     */
    public synchronized boolean allow(UdpEndpoint source, long now) {
        if (now - lastSweep >= SECOND) {
            sweep(now);
        }
        long key = key(source);
        long full = fullAgain.get(key);
        if (full == MISSING) {
            if (fullAgain.size() >= MAX_ENTRIES) {
                return false;
            }
            full = now;
        }
        long afterwards = Math.max(full, now) + PACKET_COST;
        if (afterwards - now > TOKEN_MAX) {
            return false;
        }
        fullAgain.put(key, afterwards);
        return true;
    }

    private void sweep(long now) {
        lastSweep = now;
        Long2LongHashMap.ValueIterator times = fullAgain.values().iterator();
        while (times.hasNext()) {
            if (times.nextValue() <= now) {
                times.remove();
            }
        }
    }

    /**
     * A number for a source: an IPv4 address as it would be mapped to ffff:ffff::/32, where no IPv6 sender is; of an IPv6
     * address its upper half. Then mixed, one to one.
     */
    private long key(UdpEndpoint source) {
        long prefix = source.isIpv6() ? source.high() : 0xFFFF_FFFF_0000_0000L | source.low();
        long mixed = (prefix ^ seed) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ mixed >>> 32) * (seed | 1);
        return mixed ^ mixed >>> 29;
    }
}
