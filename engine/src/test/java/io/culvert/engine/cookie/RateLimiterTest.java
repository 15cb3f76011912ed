// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.laws.Laws;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sequences of the kernel's selftest/ratelimiter.c in virtual time, and a comparison with token buckets. */
class RateLimiterTest {
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1000 * MILLISECOND;

    private final RateLimiter limiter = new RateLimiter(new SeededRandom(1));
    private long now = 7 * SECOND;

    private static UdpEndpoint ipv4(int address) {
        UdpEndpoint endpoint = new UdpEndpoint();
        endpoint.setIpv4(address, 1000);
        return endpoint;
    }

    private static UdpEndpoint ipv6(long high, long low) {
        UdpEndpoint endpoint = new UdpEndpoint();
        endpoint.setIpv6(high, low, 1000, 0);
        return endpoint;
    }

    private boolean allow(UdpEndpoint source) {
        return limiter.allow(source, now);
    }

    @Test
    void allowsABurstOfFiveThenTwentyPerSecond() {
        UdpEndpoint source = ipv4(0x7f000001);
        UdpEndpoint other = ipv4(0x7f000002);
        int[] waits = {0, 0, 0, 0, 0, 0, 50, 0, 100, 0, 0};
        boolean[] allowed = {true, true, true, true, true, false, true, false, true, true, false};
        for (int i = 0; i < waits.length; i++) {
            now += waits[i] * MILLISECOND;
            assertThat(allow(source)).as("message %d", i).isEqualTo(allowed[i]);
            if (i < 5) {
                assertThat(allow(other)).isTrue();
            }
        }
        now += 49 * MILLISECOND;
        assertThat(allow(source)).isFalse();
    }

    @Test
    void ipv6NetworkOf64BitsCountsAsOneSource() {
        for (int i = 0; i < 5; i++) {
            assertThat(allow(ipv6(0x20010db8_00000001L, i))).isTrue();
        }
        assertThat(allow(ipv6(0x20010db8_00000001L, 99))).isFalse();
        assertThat(allow(ipv6(0x20010db8_00000002L, 0))).isTrue();
    }

    @Test
    void ignoresThePort() {
        for (int port = 1; port <= 6; port++) {
            UdpEndpoint source = new UdpEndpoint();
            source.setIpv4(1, port);
            assertThat(allow(source)).isEqualTo(port <= 5);
        }
    }

    @Test
    void distinguishesAddressFamilies() {
        for (int i = 0; i < 5; i++) {
            assertThat(allow(ipv4(0x20010db8))).isTrue();
        }
        assertThat(allow(ipv4(0x20010db8))).isFalse();
        assertThat(allow(ipv6(0x20010db8L, 0))).isTrue();
        assertThat(allow(ipv6(0x20010db8_00000000L, 0))).isTrue();
    }

    @Test
    void rejectsNewSourcesWhileTheTableIsFull() {
        for (int i = 0; i < RateLimiter.MAX_ENTRIES; i++) {
            assertThat(allow(ipv4(i))).isTrue();
        }
        assertThat(allow(ipv4(RateLimiter.MAX_ENTRIES))).isFalse();
        assertThat(allow(ipv4(0))).as("a known source").isTrue();
        now += SECOND;
        assertThat(allow(ipv4(RateLimiter.MAX_ENTRIES))).isTrue();
    }

    @Test
    void forgetsASourceOnceItsBucketIsFull() {
        allow(ipv4(-1));
        now += SECOND - 50 * MILLISECOND;
        for (int i = 1; i < RateLimiter.MAX_ENTRIES; i++) {
            assertThat(allow(ipv4(i))).isTrue();
        }
        now += 50 * MILLISECOND;
        assertThat(allow(ipv4(-2))).isTrue();
        assertThat(allow(ipv4(-3))).as("more than the place of the first").isTrue();
    }

    /** The permuted keys of sources differ as the sources do: a quarter of a million would else share buckets. */
    @Test
    void noTwoSourcesShareABucket() {
        int sources = 1 << 18;
        limiter.setPeers(sources);
        UdpEndpoint source = new UdpEndpoint();
        for (int message = 0; message < 5; message++) {
            int refused = 0;
            for (int i = 0; i < sources; i++) {
                source.setIpv6(0x20010db8_00000000L + i, 0, 1000, 0);
                refused += allow(source) ? 0 : 1;
            }
            assertThat(refused).as("message %d", message).isZero();
        }
    }

    @Test
    void makesRoomForAsManySourcesAsPeers() {
        limiter.setPeers(RateLimiter.MAX_ENTRIES + 1);
        for (int i = 0; i <= RateLimiter.MAX_ENTRIES; i++) {
            assertThat(allow(ipv4(i))).isTrue();
        }
        assertThat(allow(ipv4(RateLimiter.MAX_ENTRIES + 1))).isFalse();
    }

    @Test
    void matchesTokenBuckets() {
        Laws.check(200, draw -> {
            List<Integer> waits = draw.list(0, 200, () -> draw.integer(0, 70));

            RateLimiter tested = new RateLimiter(new SeededRandom(2));
            Map<Integer, long[]> buckets = new HashMap<>();
            long time = 0;
            for (int i = 0; i < waits.size(); i++) {
                // Most waits are short; 70 stands for one so long that entries expire.
                time += waits.get(i) == 70 ? 2 * SECOND : waits.get(i) * MILLISECOND / 2;
                int source = waits.get(i) % 3;
                long[] bucket = buckets.computeIfAbsent(source, key -> new long[] {250 * MILLISECOND, 0});
                bucket[0] = Math.min(250 * MILLISECOND, bucket[0] + time - bucket[1]);
                bucket[1] = time;
                boolean expected = bucket[0] >= 50 * MILLISECOND;
                if (expected) {
                    bucket[0] -= 50 * MILLISECOND;
                }
                assertThat(tested.allow(ipv4(source), time)).isEqualTo(expected);
            }
        });
    }
}
