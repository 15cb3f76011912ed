// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.noise.PublicKey;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PeerTableTest {
    private static PublicKey key(int n) {
        byte[] bytes = new byte[PublicKey.BYTES];
        for (int i = 0; i < 4; i++) {
            bytes[i] = (byte) (n >>> 8 * i);
        }
        return new PublicKey(bytes);
    }

    @Test
    void addedPeersAreFound() {
        PeerTable<String> table = new PeerTable<>();
        assertThat(table.get(key(1))).isNull();
        assertThat(table.add(key(1), "one")).isTrue();
        assertThat(table.add(key(1), "another")).isFalse();
        assertThat(table.get(key(1))).isEqualTo("one");
        assertThat(table.get(key(2))).isNull();
        assertThat(table.remove(key(2))).isNull();
        assertThat(table.remove(key(1))).isEqualTo("one");
        assertThat(table.get(key(1))).isNull();
        assertThat(table.size()).isZero();
    }

    @Test
    void listsInOrderOfAddition() {
        PeerTable<Integer> table = new PeerTable<>();
        for (int n : new int[] {5, 3, 9, 1, 7}) {
            table.add(key(n), n);
        }
        table.remove(key(9));
        table.remove(key(5));
        table.add(key(5), 5);
        assertThat(table.all()).containsExactly(3, 1, 7, 5);
    }

    @Test
    void holdsAtMostAsManyPeersAsTheKernel() {
        PeerTable<Integer> table = new PeerTable<>();
        for (int n = 0; n < PeerTable.MAX_PEERS; n++) {
            table.add(key(n), n);
        }
        assertThat(table.add(key(PeerTable.MAX_PEERS), 0)).isFalse();
        assertThat(table.size()).isEqualTo(PeerTable.MAX_PEERS);
        assertThat(table.get(key(1_000_000))).isEqualTo(1_000_000);
    }

    /** A linked list of these keys would take 10^9 comparisons; the tree takes less than 10^6. */
    @Test
    void lookupsStayFastWithCollidingKeys() {
        int count = 1 << 15;
        PeerTable<Integer> table = new PeerTable<>();
        PublicKey[] keys =
                IntStream.range(0, count).mapToObj(PeerTableTest::colliding).toArray(PublicKey[]::new);
        for (int n = 0; n < count; n++) {
            assertThat(keys[n]).hasSameHashCodeAs(keys[0]);
            assertThat(table.add(keys[n], n)).isTrue();
        }
        for (int n = 0; n < count; n++) {
            assertThat(table.get(keys[n])).isEqualTo(n);
        }
    }

    /** The pairs of words (n, -31 n) and (0, 0) have the same hash. */
    private static PublicKey colliding(int n) {
        byte[] bytes = new byte[PublicKey.BYTES];
        ByteBuffer.wrap(bytes).putLong(n).putLong(-31L * n);
        return new PublicKey(bytes);
    }
}
