// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.routing.IndexTable;
import io.culvert.engine.testkit.SeededRandom;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
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
 * Finding a session by its receiver index, and allocating and freeing an index. The reference is a
 * {@link ConcurrentHashMap} with {@link Integer} keys.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IndexTableBenchmark {
    private static final int ASKED = 1 << 12;

    /** {@code culvert} or {@code concurrent-hash-map}. */
    @Param({"culvert"})
    public String implementation;

    /** The number of sessions. */
    @Param({"1000"})
    public int sessions;

    private final int[] asked = new int[ASKED];
    private Table table;
    private int next;

    /** The measured operations. */
    private interface Table {
        Object lookup(int index);

        int insert(Object session);

        void remove(int index, Object session);
    }

    private static final class Own implements Table {
        private final IndexTable<Object> table = new IndexTable<>(new SeededRandom(1));
        private int inserted;

        @Override
        public Object lookup(int index) {
            return table.lookup(index);
        }

        @Override
        public int insert(Object session) {
            return table.insert(session, 0, inserted++);
        }

        @Override
        public void remove(int index, Object session) {
            table.remove(index, session);
        }
    }

    private static final class Hashed implements Table {
        private final Map<Integer, Object> map = new ConcurrentHashMap<>();
        private final SplittableRandom random = new SplittableRandom(1);

        @Override
        public Object lookup(int index) {
            return map.get(index);
        }

        @Override
        public int insert(Object session) {
            int index = random.nextInt();
            while (map.putIfAbsent(index, session) != null) {
                index = random.nextInt();
            }
            return index;
        }

        @Override
        public void remove(int index, Object session) {
            map.remove(index, session);
        }
    }

    /** Fills the table. */
    @Setup
    public void setUp() {
        table = implementation.equals("culvert") ? new Own() : new Hashed();
        int[] indices = new int[sessions];
        for (int i = 0; i < sessions; i++) {
            indices[i] = table.insert(new Object());
        }
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < ASKED; i++) {
            asked[i] = indices[random.nextInt(sessions)];
        }
    }

    /** Finds a session. */
    @Benchmark
    public Object lookup() {
        next = next + 1 & ASKED - 1;
        return table.lookup(asked[next]);
    }

    /** Allocates and frees an index: two changes. */
    @Benchmark
    @OperationsPerInvocation(2)
    public void change() {
        table.remove(table.insert(this), this);
    }
}
