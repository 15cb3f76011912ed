// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import static io.culvert.engine.routing.Prefixes.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prefixes and lists of them. */
class PrefixTest {
    @ParameterizedTest
    @CsvSource({"false, -1", "false, 33", "true, -1", "true, 129"})
    void lengthIsThatOfTheFamily(boolean ipv6, int length) {
        assertThatThrownBy(() -> new Prefix(ipv6, 0, 0, length))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prefix length %d is not between 0 and %d", length, ipv6 ? 128 : 32);
    }

    /** Every length leaves the bits before it, and zeroes those after it. */
    @Test
    void bitsBeyondTheLengthAreZero() {
        Laws.check(300, draw -> {
            byte[] address = draw.bool() ? draw.bytes(4, 4) : draw.bytes(16, 16);
            int length = draw.integer(0, 8 * address.length);

            Prefix prefix = Prefix.of(address, length);
            BigInteger kept =
                    BigInteger.ONE.shiftLeft(length).subtract(BigInteger.ONE).shiftLeft(8 * address.length - length);
            BigInteger expected = new BigInteger(1, address).and(kept);
            BigInteger word = BigInteger.ONE.shiftLeft(64);
            assertThat(prefix.ipv6()).isEqualTo(address.length == 16);
            assertThat(prefix.length()).isEqualTo(length);
            assertThat(prefix.high()).isEqualTo(expected.divide(word).longValue());
            assertThat(prefix.low()).isEqualTo(expected.mod(word).longValue());
        });
    }

    @Test
    void isPrintedAsWgDoes() {
        assertThat(prefix("10.1.2.3/24")).hasToString("10.1.2.0/24");
        assertThat(prefix("fd00::1/64")).hasToString("fd00:0:0:0:0:0:0:0/64");
    }

    /** A list that is cleared and filled again holds what was added last. */
    @Test
    void listHoldsWhatWasAdded() {
        PrefixList list = new PrefixList();
        for (int size : new int[] {0, 1, 2, 3, 100, 7}) {
            list.clear();
            List<Prefix> expected = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                byte[] address = new byte[i % 2 == 0 ? 4 : 16];
                Arrays.fill(address, (byte) (i + 1));
                Prefix prefix = Prefix.of(address, 8 * address.length - i % 30);
                expected.add(prefix);
                assertThat(list.add(prefix)).isTrue();
            }
            assertThat(list).isEqualTo(expected);
            assertThatThrownBy(() -> list.get(size)).isInstanceOf(IndexOutOfBoundsException.class);
            for (int i = 0; i < size; i++) {
                assertThat(list.isIpv6(i)).isEqualTo(expected.get(i).ipv6());
                assertThat(list.high(i)).isEqualTo(expected.get(i).high());
                assertThat(list.low(i)).isEqualTo(expected.get(i).low());
                assertThat(list.length(i)).isEqualTo(expected.get(i).length());
            }
        }
    }
}
