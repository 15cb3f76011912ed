// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.noise.PublicKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PeerTableTest {
    private static final Numbered ONE = new Numbered(1);

    private static final class Numbered implements PeerTable.Member {
        private final int number;
        private PeerChunk chunk;

        Numbered(int number) {
            this.number = number;
        }

        @Override
        public PeerChunk chunk() {
            return chunk;
        }

        @Override
        public void setChunk(PeerChunk place) {
            chunk = place;
        }
    }

    private static List<Integer> numbers(List<Numbered> peers) {
        return peers.stream().map(peer -> peer.number).toList();
    }

    private static PublicKey key(int n) {
        byte[] bytes = new byte[PublicKey.BYTES];
        for (int i = 0; i < 4; i++) {
            bytes[i] = (byte) (n >>> 8 * i);
        }
        return new PublicKey(bytes);
    }

    @Test
    void addedPeersAreFound() {
        PeerTable<Numbered> table = new PeerTable<>();
        assertThat(table.get(key(1))).isNull();
        assertThat(table.add(key(1), ONE)).isTrue();
        assertThat(table.add(key(1), new Numbered(2))).isFalse();
        assertThat(table.get(key(1))).isEqualTo(ONE);
        assertThat(table.get(key(2))).isNull();
        assertThat(table.remove(key(2))).isNull();
        assertThat(ONE.chunk()).isNotNull();
        assertThat(table.remove(key(1))).isEqualTo(ONE);
        assertThat(ONE.chunk()).as("a peer of no table").isNull();
        assertThat(table.get(key(1))).isNull();
        assertThat(table.size()).isZero();
    }

    @Test
    void listsInOrderOfAddition() {
        PeerTable<Numbered> table = new PeerTable<>();
        for (int n : new int[] {5, 3, 9, 1, 7}) {
            table.add(key(n), new Numbered(n));
        }
        table.remove(key(9));
        table.remove(key(5));
        table.add(key(5), new Numbered(5));
        assertThat(numbers(table.all())).containsExactly(3, 1, 7, 5);
    }

    @Test
    void listEndsAtItsLastPeer() {
        PeerTable<Numbered> table = new PeerTable<>();
        assertThatThrownBy(() -> table.all().get(0)).isInstanceOf(IndexOutOfBoundsException.class);
        table.add(key(1), new Numbered(1));
        assertThat(table.all().get(0).number).isOne();
        assertThatThrownBy(() -> table.all().get(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> table.all().get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** Each list stays as it was when it was taken, whatever is added and removed afterwards. */
    @Test
    void listsFollowNoLaterChange() {
        SplittableRandom random = new SplittableRandom(1);
        PeerTable<Numbered> table = new PeerTable<>();
        List<Integer> model = new ArrayList<>();
        List<List<Numbered>> lists = new ArrayList<>();
        List<List<Integer>> expected = new ArrayList<>();
        for (int n = 0; n < 20_000; n++) {
            // Grows first, and shrinks to nothing in the end.
            if (random.nextInt(20_000) > n) {
                table.add(key(n), new Numbered(n));
                model.add(n);
            } else if (!model.isEmpty()) {
                int at = random.nextBoolean() ? 0 : random.nextInt(model.size());
                assertThat(table.remove(key(model.remove(at)))).isNotNull();
            }
            if (n % 500 == 0) {
                lists.add(table.all());
                expected.add(List.copyOf(model));
            }
        }
        for (int i = 0; i < lists.size(); i++) {
            assertThat(numbers(lists.get(i))).isEqualTo(expected.get(i));
        }
        assertThat(numbers(table.all())).isEqualTo(model);
        model.forEach(n -> table.remove(key(n)));
        assertThat(table.all()).isEmpty();
    }

    @Test
    void holdsAtMostAsManyPeersAsTheKernel() {
        PeerTable<Numbered> table = new PeerTable<>();
        for (int n = 0; n < PeerTable.MAX_PEERS; n++) {
            table.add(key(n), new Numbered(n));
        }
        assertThat(table.add(key(PeerTable.MAX_PEERS), ONE)).isFalse();
        assertThat(table.size()).isEqualTo(PeerTable.MAX_PEERS);
        assertThat(table.get(key(1_000_000)).number).isEqualTo(1_000_000);
    }

    /** A linked list of these keys would take 10^9 comparisons; the tree takes less than 10^6. */
    @Test
    void lookupsStayFastWithCollidingKeys() {
        int count = 1 << 15;
        PeerTable<Numbered> table = new PeerTable<>();
        PublicKey[] keys =
                IntStream.range(0, count).mapToObj(PeerTableTest::colliding).toArray(PublicKey[]::new);
        for (int n = 0; n < count; n++) {
            assertThat(keys[n]).hasSameHashCodeAs(keys[0]);
            assertThat(table.add(keys[n], new Numbered(n))).isTrue();
        }
        for (int n = 0; n < count; n++) {
            assertThat(table.get(keys[n]).number).isEqualTo(n);
        }
    }

    /** The pairs of words (n, -31 n) and (0, 0) have the same hash. */
    private static PublicKey colliding(int n) {
        byte[] bytes = new byte[PublicKey.BYTES];
        ByteBuffer.wrap(bytes).putLong(n).putLong(-31L * n);
        return new PublicKey(bytes);
    }
}
