// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Prefixes, and the pools that give them. */
class PrefixTest {
    @Test
    void textIsReadAsItIsWritten() {
        for (String text : List.of(
                "10.64.0.0/10", "0.0.0.0/0", "fd00::/48", "::/0", "2001:db8:0:1:0:0:0:1/128", "fd00:0:1::/48")) {
            Prefix prefix = Prefix.of(text);
            assertThat(Prefix.of(prefix.toString())).isEqualTo(prefix);
        }
        assertThat(Prefix.of("2001:db8:0:0:1:0:0:0/80").toString()).isEqualTo("2001:db8:0:0:1::/80");
        assertThat(Prefix.of("FD00:0:0:0:0:0:0:0/8").toString()).isEqualTo("fd00::/8");
        assertThat(Prefix.of("::1/128").toString()).isEqualTo("::1/128");
    }

    @Test
    void everyIndexIsFoundAgain() {
        Laws.check(draw -> {
            int length = draw.integer(8, 30);
            int nodeLength = draw.integer(length, Math.min(32, length + 24));
            Optional<Prefix> six = draw.integer(0, 1) == 0
                    ? Optional.empty()
                    : Optional.of(Prefix.of("fd00::/" + draw.integer(16, 64)));
            Pool pool = Pool.of("main", new Prefix(Addresses.of("10.0.0.0"), length), nodeLength, six);
            if (pool.lastIndex() < pool.firstIndex()) {
                return;
            }
            long index = pool.firstIndex() + draw.integer(0, (int) (pool.lastIndex() - pool.firstIndex()));
            for (Prefix prefix : pool.at(index)) {
                assertThat(pool.indexOf(prefix)).contains(index);
                assertThat(prefix.contains(new Prefix(prefix.firstHost(), prefix.bits())))
                        .isTrue();
            }
        });
    }

    @Test
    void prefixesOfTwoIndexesAreApart() {
        Laws.check(draw -> {
            Pool pool = Pool.of("main", Prefix.of("10.64.0.0/10"), 24, Optional.of(Prefix.of("fd00::/48")));
            int one = draw.integer(0, 16383);
            int other = draw.integer(0, 16383);
            if (one != other) {
                assertThat(pool.at(one).get(0).overlaps(pool.at(other).get(0))).isFalse();
                assertThat(pool.at(one).get(1).overlaps(pool.at(other).get(1))).isFalse();
            }
        });
    }

    @Test
    void singleAddressesLeaveTheFirstAndTheLastOut() {
        Pool pool = Pool.of("main", Prefix.of("192.0.2.0/29"), 32, Optional.of(Prefix.of("fd00::/64")));
        assertThat(pool.firstIndex()).isEqualTo(1);
        assertThat(pool.lastIndex()).isEqualTo(6);
        assertThat(pool.at(1)).containsExactly(Prefix.of("192.0.2.1/32"), Prefix.of("fd00::1/128"));
        assertThat(pool.indexOf(Prefix.of("192.0.2.0/32"))).isEmpty();
        assertThat(pool.indexOf(Prefix.of("192.0.2.7/32"))).isEmpty();
        assertThat(pool.indexOf(Prefix.of("fd00::7/128"))).isEmpty();
        assertThat(pool.indexOf(Prefix.of("fd00::ffff:ffff:ffff:ffff/128"))).isEmpty();
        assertThat(pool.indexOf(Prefix.of("192.0.2.2/31"))).isEmpty();
    }

    @Test
    void aNodeTakesTheFirstAddressOfItsPrefix() {
        assertThat(Prefix.of("10.64.5.0/24").firstHost().getHostAddress()).isEqualTo("10.64.5.1");
        assertThat(Prefix.of("10.64.5.9/32").firstHost().getHostAddress()).isEqualTo("10.64.5.9");
    }

    @Test
    void indexesHaveLimits() {
        Prefix prefix = Prefix.of("10.0.0.0/24");
        assertThat(prefix.at(255, 32)).isEqualTo(Prefix.of("10.0.0.255/32"));
        assertThat(prefix.indexOf(Prefix.of("10.0.0.255/32"))).isEqualTo(BigInteger.valueOf(255));
        assertThatThrownBy(() -> prefix.at(256, 32)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> prefix.at(-1, 32)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> prefix.at(0, 23)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Pool.of("main", Prefix.of("10.0.0.0/7"), 32, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("smaller pool");
    }
}
