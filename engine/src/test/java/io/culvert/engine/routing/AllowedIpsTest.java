// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import static io.culvert.engine.routing.Prefixes.lookup;
import static io.culvert.engine.routing.Prefixes.prefix;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases of the kernel's selftest/allowedips.c, and lookups concurrent with changes. */
class AllowedIpsTest {
    private final AllowedIps<String> table = new AllowedIps<>();

    private void insert(String peer, String... prefixes) {
        for (String text : prefixes) {
            table.insert(prefix(text), peer);
        }
    }

    private List<String> listOf(String peer) {
        return table.of(peer).stream().map(Prefix::toString).toList();
    }

    /**
     * Overlapping prefixes of both families, default routes, a prefix that moves to another peer, and unmasked
     * prefixes.
     */
    private void fillStaticTable() {
        insert("a", "192.168.4.0/24", "192.168.4.4/32", "192.168.0.0/16", "192.95.5.64/27");
        insert("b", "192.168.4.4/32", "10.1.0.0/27", "10.1.0.4/29");
        insert("c", "192.95.5.65/27", "10.1.0.8/30", "10.1.0.128/25");
        insert("d", "0.0.0.0/0", "64.15.112.0/20", "64.15.123.211/25", "10.1.0.20/29");
        insert("a", "2607:5300:60:6b0::/64", "::/0", "2607:5300:60:6b0:0:0:c05f:543/128");
        insert("b", "2607:5300:6000:6b00::/40", "2001:db8::1:0:0/98", "2001:db8::1:4000:1/98");
        insert("c", "2607:5300:60:6b0:c05f:543::/96", "2001:db8::1:4000:0/100");
    }

    @ParameterizedTest
    @CsvSource({
        "192.168.4.20, a",
        "192.168.4.0, a",
        "192.168.4.4, b",
        "192.168.4.5, a",
        "192.168.200.182, a",
        "192.95.5.64, c",
        "192.95.5.68, c",
        "192.95.5.95, c",
        "192.95.5.96, d",
        "192.95.5.63, d",
        "10.1.0.1, b",
        "10.1.0.4, b",
        "10.1.0.8, c",
        "10.1.0.11, c",
        "10.1.0.12, b",
        "10.1.0.16, d",
        "10.1.0.23, d",
        "10.1.0.24, b",
        "10.1.0.31, b",
        "10.1.0.32, d",
        "10.1.0.127, d",
        "10.1.0.128, c",
        "10.1.0.255, c",
        "64.15.123.128, d",
        "255.255.255.255, d",
        "2607:5300:60:6b0::1, a",
        "2607:5300:60:6b0::c05f:543, a",
        "2607:5300:60:6b0:c05f:543:ffff:1, c",
        "2607:5300:6001::1, b",
        "2607:5300:6100::1, a",
        "2001:db8::1:3fff:ffff, b",
        "2001:db8::1:4000:0, c",
        "2001:db8::1:5000:0, b",
        "2001:db8::1:8000:0, a",
        "::, a",
        "ffff::1, a"
    })
    void mostSpecificPrefixWins(String address, String peer) {
        fillStaticTable();
        assertThat(lookup(table, address)).isEqualTo(peer);
    }

    @Test
    void emptyTableHasNoPeers() {
        assertThat(lookup(table, "0.0.0.0")).isNull();
        assertThat(lookup(table, "::")).isNull();
        assertThat(table.of("a")).isEmpty();
        assertThat(table.remove(prefix("::/0"), "a")).isFalse();
        table.removeAll("a");
    }

    @Test
    void familiesAreSeparate() {
        insert("a", "::/0");
        assertThat(lookup(table, "0.0.0.0")).isNull();
        insert("b", "0.0.0.0/0");
        assertThat(lookup(table, "::")).isEqualTo("a");
        assertThat(lookup(table, "1.2.3.4")).isEqualTo("b");
    }

    @Test
    void removingAPeerRemovesAllItsPrefixes() {
        String[] hosts = {"1.0.0.0", "64.0.0.0", "128.0.0.0", "192.0.0.0", "255.0.0.0"};
        for (String host : hosts) {
            insert("a", host + "/32");
        }
        table.removeAll("a");
        assertThat(hosts).allSatisfy(host -> assertThat(lookup(table, host)).isNull());
        assertThat(table.of("a")).isEmpty();
    }

    @Test
    void removingAPeerKeepsTheOthers() {
        insert("a", "192.168.0.0/16", "192.168.0.0/24", "fd00::/8");
        insert("b", "192.0.0.0/8", "192.168.0.128/25");
        table.removeAll("a");
        assertThat(lookup(table, "192.168.0.1")).isEqualTo("b");
        assertThat(lookup(table, "192.168.0.129")).isEqualTo("b");
        assertThat(lookup(table, "fd00::1")).isNull();
        table.removeAll("b");
        assertThat(lookup(table, "192.168.0.129")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "192.168.0.0/24, 192.168.0.1, 192.168.0.0/23", "192.168.0.1/32, 192.168.0.1, 192.168.0.0/24",
        "ab:cd::/98, ab:cd::1, ab:cd::/97", "ab:cd::1/128, ab:cd::1, ab:cd::/98"
    })
    void removalNeedsExactPrefixAndPeer(String text, String inside, String other) {
        insert("a", text);
        assertThat(table.remove(prefix(other), "a")).as("another length").isFalse();
        assertThat(table.remove(prefix(text), "b")).as("another peer").isFalse();
        assertThat(table.remove(prefix(text), null)).as("no peer").isFalse();
        assertThat(lookup(table, inside)).isEqualTo("a");
        assertThat(table.remove(prefix(text), "a")).isTrue();
        assertThat(lookup(table, inside)).isNull();
        assertThat(table.of("a")).isEmpty();
        assertThat(table.remove(prefix(text), "a")).as("again").isFalse();
    }

    /** The deepest possible trie: every length of one address. */
    @Test
    void deepestTrieMatchesEveryLength() {
        List<Prefix> prefixes = new ArrayList<>();
        for (int length = 0; length <= 128; length++) {
            prefixes.add(new Prefix(true, -1, -1, length));
        }
        for (Prefix prefix : prefixes) {
            table.insert(prefix, "p" + prefix.length());
        }
        assertThat(table.lookup6(-1, -1)).isEqualTo("p128");
        assertThat(table.lookup6(-1, -2)).isEqualTo("p127");
        assertThat(table.lookup6(-1, Long.MAX_VALUE)).isEqualTo("p64");
        assertThat(table.lookup6(Long.MAX_VALUE, -1)).isEqualTo("p0");
        for (int length = 128; length >= 0; length--) {
            assertThat(table.lookup6(-1, -1)).isEqualTo("p" + length);
            assertThat(table.remove(prefixes.get(length), "p" + length)).isTrue();
        }
        assertThat(table.lookup6(-1, -1)).isNull();
    }

    @Test
    void listIsMaskedAndInOrderOfInsertion() {
        insert("a", "192.168.1.77/24", "2001:db8::ffff/64", "10.9.8.7/32");
        insert("b", "172.16.0.0/12");
        insert("a", "0.0.0.0/0", "::1/128");
        assertThat(listOf("a"))
                .containsExactly(
                        "192.168.1.0/24", "2001:db8:0:0:0:0:0:0/64", "10.9.8.7/32", "0.0.0.0/0", "0:0:0:0:0:0:0:1/128");
        assertThat(listOf("b")).containsExactly("172.16.0.0/12");
    }

    @Test
    void reinsertedPrefixMovesToTheEnd() {
        insert("a", "10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16");
        insert("b", "10.3.0.0/16", "10.1.5.5/16");
        assertThat(listOf("a")).containsExactly("10.0.0.0/8", "10.2.0.0/16");
        assertThat(listOf("b")).containsExactly("10.3.0.0/16", "10.1.0.0/16");
        assertThat(lookup(table, "10.1.0.1")).isEqualTo("b");
        insert("a", "10.0.0.0/8");
        assertThat(listOf("a")).containsExactly("10.2.0.0/16", "10.0.0.0/8");
        insert("b", "10.0.0.0/8", "10.2.0.0/16");
        assertThat(listOf("a")).isEmpty();
        assertThat(listOf("b")).containsExactly("10.3.0.0/16", "10.1.0.0/16", "10.0.0.0/8", "10.2.0.0/16");
    }

    /** Inserts, moves and removes a million prefixes; an algorithm of quadratic time would not end. */
    @Test
    void millionPrefixesStayFast() {
        int count = 1_000_000;
        for (int i = 0; i < count; i++) {
            table.insert(new Prefix(true, 0xfd00L << 48, (long) i << 20, 108), i % 2 == 0 ? "a" : "b");
        }
        assertThat(table.of("a")).hasSize(count / 2);
        for (int i = 1; i < count; i += 2) {
            table.insert(new Prefix(true, 0xfd00L << 48, (long) i << 20, 108), "a");
        }
        assertThat(table.of("b")).isEmpty();
        assertThat(table.of("a")).hasSize(count);
        assertThat(table.lookup6(0xfd00L << 48, 999_999L << 20 | 5)).isEqualTo("a");
        table.removeAll("a");
        assertThat(table.of("a")).isEmpty();
        assertThat(table.lookup6(0xfd00L << 48, 999_999L << 20 | 5)).isNull();
    }

    /**
     * A writer moves the match of an address from one length to another, so that at least one of them is always
     * present. Lookups never return the less specific route.
     */
    @Test
    void lookupsSeeCompleteChangesOnly() throws InterruptedException {
        insert("wide", "10.0.0.0/8", "fd00::/8");
        insert("narrow", "10.1.0.0/16", "fd01::/32");
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        Thread reader = Thread.ofPlatform().start(() -> {
            while (done.getCount() > 0) {
                if (!"narrow".equals(lookup(table, "10.1.2.3"))
                        || !"narrow".equals(lookup(table, "fd01::1"))
                        || !"wide".equals(lookup(table, "10.2.0.0"))) {
                    wrong.incrementAndGet();
                }
                read.countDown();
            }
        });
        read.await();
        for (int i = 0; i < 10_000; i++) {
            insert("narrow", "10.1.2.0/24", "fd01::/64");
            table.remove(prefix("10.1.0.0/16"), "narrow");
            table.remove(prefix("fd01::/32"), "narrow");
            insert("narrow", "10.1.0.0/16", "fd01::/32");
            table.remove(prefix("10.1.2.0/24"), "narrow");
            table.remove(prefix("fd01::/64"), "narrow");
        }
        done.countDown();
        reader.join();
        assertThat(wrong).hasValue(0);
    }
}
