// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.engine.io.RandomSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class IndexTableTest {
    /** A random source of which the table only uses {@code nextInt}. */
    private record Words(IntSupplier words) implements RandomSource {
        @Override
        public void fill(long address, int bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void fill(byte[] bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int nextInt() {
            return words.getAsInt();
        }
    }

    private static <E> IndexTable<E> seeded(long seed) {
        return new IndexTable<>(new Words(new Random(seed)::nextInt));
    }

    private static <E> IndexTable<E> drawing(Integer... words) {
        Queue<Integer> queue = new ArrayDeque<>(Arrays.asList(words));
        return new IndexTable<>(new Words(queue::remove));
    }

    @Test
    void lowBytesAreHomeAndQueue() {
        IndexTable<String> table = seeded(1);
        for (int i = 0; i < 300; i++) {
            int index = table.insert("x", i, 3 * i);
            assertThat(index & 0xff).isEqualTo(i & 0xff);
            assertThat(index >> 8 & 0xff).isEqualTo(3 * i & 0xff);
        }
    }

    @Test
    void indexInUseIsDrawnAgain() {
        IndexTable<String> table = drawing(0x12345678, 0x1234ffff, 0x12340000, 0xabcdef00);
        int first = table.insert("first", 7, 9);
        int second = table.insert("second", 7, 9);
        assertThat(first).isEqualTo(0x12340907);
        assertThat(second).isEqualTo(0xabcd0907);
        assertThat(table.lookup(first)).isEqualTo("first");
        assertThat(table.lookup(second)).isEqualTo("second");
    }

    /** The 65th draw gives up the queue. */
    @Test
    void anotherQueueServesAfter64Draws() {
        Integer[] words = new Integer[66];
        Arrays.fill(words, 0x12345678);
        IndexTable<String> table = drawing(words);
        assertThat(table.insert("first", 7, 9)).isEqualTo(0x12340907);
        assertThat(table.insert("second", 7, 9)).isEqualTo(0x12345607);
    }

    @Test
    void takesNoMoreThanItsMaximum() throws ReflectiveOperationException {
        IndexTable<String> table = seeded(7);
        MethodHandles.privateLookupIn(IndexTable.class, MethodHandles.lookup())
                .findVarHandle(IndexTable.class, "live", int.class)
                .set(table, IndexTable.MAX_ENTRIES);
        assertThatThrownBy(() -> table.insert("one too many", 0, 0)).isInstanceOf(IllegalStateException.class);
    }

    /** Whatever was removed before: from a quarter of the slots, when the entries move, to half of them. */
    @Test
    void arrayFitsTheEntries() throws ReflectiveOperationException {
        VarHandle slots = MethodHandles.privateLookupIn(IndexTable.class, MethodHandles.lookup())
                .findVarHandle(IndexTable.class, "slots", arrayOfEntries());
        for (int entries : new int[] {0, 1, 15, 16, 31, 32, 63, 64, 100, 1000}) {
            IndexTable<String> table = seeded(entries);
            for (int i = 0; i < entries; i++) {
                table.insert("kept", i, i);
                assertThat(((Object[]) slots.get(table)).length).isGreaterThanOrEqualTo(2 * table.size());
            }
            for (int i = 0; i < 10_000; i++) {
                table.remove(table.insert("gone", i, i), "gone");
            }
            int length = ((Object[]) slots.get(table)).length;
            assertThat(length)
                    .as("%d entries", entries)
                    .isBetween(Math.max(64, 4 * entries), Math.max(64, 8 * entries + 4));
        }
    }

    private static Class<?> arrayOfEntries() {
        return Arrays.stream(IndexTable.class.getDeclaredClasses())
                .filter(Class::isRecord)
                .findFirst()
                .orElseThrow()
                .arrayType();
    }

    @Test
    void fullQueueIsReplacedByAnother() {
        IndexTable<Integer> table = seeded(2);
        Set<Integer> indices = new HashSet<>();
        for (int i = 0; i < 70_000; i++) {
            int index = table.insert(i, 5, 6);
            assertThat(indices.add(index)).isTrue();
            assertThat(index & 0xff).isEqualTo(5);
            assertThat(table.lookup(index)).isEqualTo(i);
        }
    }

    @Test
    void zeroIsAValidIndex() {
        IndexTable<String> table = drawing(0, 0x100);
        assertThat(table.lookup(0)).isNull();
        assertThat(table.insert("zero", 0, 0)).isZero();
        assertThat(table.lookup(0)).isEqualTo("zero");
        assertThat(table.remove(0, "zero")).isTrue();
        assertThat(table.lookup(0)).isNull();
        assertThat(table.remove(0, "zero")).isFalse();
    }

    @Test
    void replaceAndRemoveNeedTheExpectedEntry() {
        IndexTable<String> table = seeded(2);
        int index = table.insert("handshake", 0, 0);
        assertThat(table.replace(index, "other", "keypair")).isFalse();
        assertThat(table.replace(index + 256, "handshake", "keypair")).isFalse();
        assertThat(table.lookup(index)).isEqualTo("handshake");
        assertThat(table.replace(index, "handshake", "keypair")).isTrue();
        assertThat(table.lookup(index)).isEqualTo("keypair");
        assertThat(table.remove(index, "handshake")).isFalse();
        assertThat(table.size()).isOne();
        assertThat(table.remove(index, "keypair")).isTrue();
        assertThat(table.lookup(index)).isNull();
        assertThat(table.size()).isZero();
        assertThat(table.replace(index, null, "keypair")).as("removed").isFalse();
    }

    @Test
    void agreesWithAHashMapThroughGrowthAndShrinkage() {
        IndexTable<Object> table = seeded(3);
        Random random = new Random(4);
        Map<Integer, Object> expected = new HashMap<>();
        Set<Integer> removed = new HashSet<>();
        for (int step = 0; step < 60_000; step++) {
            // more insertions than removals in the first half, then fewer
            boolean add = random.nextInt(100) < (step < 30_000 ? 70 : 35);
            if (add || expected.isEmpty()) {
                Object object = step;
                int index = table.insert(object, step % 3, 0);
                assertThat(expected.put(index, object)).isNull();
                removed.remove(index);
            } else {
                int index = expected.keySet().iterator().next();
                assertThat(table.remove(index, expected.remove(index))).isTrue();
                removed.add(index);
            }
        }
        assertThat(table.size()).isEqualTo(expected.size());
        expected.forEach((index, object) -> assertThat(table.lookup(index)).isSameAs(object));
        assertThat(removed)
                .isNotEmpty()
                .allSatisfy(index -> assertThat(table.lookup(index)).isNull());
    }

    /** Inserts and removals at a constant size reuse slots: the table neither fills up nor grows. */
    @Test
    void churnNeitherFillsNorSlowsTheTable() {
        IndexTable<Object> table = seeded(5);
        int kept = table.insert("kept", 0, 0);
        for (int i = 0; i < 100_000; i++) {
            Object object = i;
            assertThat(table.remove(table.insert(object, 0, 0), object)).isTrue();
        }
        assertThat(table.lookup(kept)).isEqualTo("kept");
        assertThat(table.size()).isOne();
    }

    @Test
    void lookupsFindTheirIndexDuringInsertsAndRemovals() throws InterruptedException {
        IndexTable<String> table = seeded(6);
        int[] stable = new int[50];
        for (int i = 0; i < stable.length; i++) {
            stable[i] = table.insert("stable", i, 0);
        }
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        Thread reader = Thread.ofPlatform().start(() -> {
            while (done.getCount() > 0) {
                for (int index : stable) {
                    if (!"stable".equals(table.lookup(index))) {
                        wrong.incrementAndGet();
                    }
                }
                read.countDown();
            }
        });
        read.await();
        ArrayDeque<Integer> temporary = new ArrayDeque<>();
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 1_000; i++) {
                temporary.add(table.insert("temporary", i, 0));
            }
            while (!temporary.isEmpty()) {
                assertThat(table.remove(temporary.remove(), "temporary")).isTrue();
            }
        }
        done.countDown();
        reader.join();
        assertThat(wrong).hasValue(0);
    }
}
