// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.suite;

import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.routing.PeerChunk;
import io.culvert.engine.routing.PeerTable;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Finding a peer by public key, once per handshake. The reference is a {@link ConcurrentHashMap} with the same keys.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PeerTableBenchmark {
    private static final int ASKED = 1 << 12;

    /** {@code culvert} or {@code concurrent-hash-map}. */
    @Param({"culvert"})
    public String implementation;

    /** The number of peers. */
    @Param({"1000"})
    public int peers;

    private static final class Member implements PeerTable.Member {
        private PeerChunk chunk;

        @Override
        public PeerChunk chunk() {
            return chunk;
        }

        @Override
        public void setChunk(PeerChunk place) {
            chunk = place;
        }
    }

    private final PublicKey[] asked = new PublicKey[ASKED];
    private Function<PublicKey, Object> table;
    private int next;

    /** Fills the table. */
    @Setup
    public void setUp() {
        PeerTable<Member> own = new PeerTable<>();
        Map<PublicKey, Object> map = new ConcurrentHashMap<>();
        boolean culvert = implementation.equals("culvert");
        table = culvert ? own::get : map::get;
        SplittableRandom random = new SplittableRandom(peers);
        byte[][] keys = new byte[peers][PublicKey.BYTES];
        for (byte[] key : keys) {
            random.nextBytes(key);
            if (culvert) {
                own.add(new PublicKey(key), new Member());
            } else {
                map.put(new PublicKey(key), key);
            }
        }
        for (int i = 0; i < ASKED; i++) {
            asked[i] = new PublicKey(keys[random.nextInt(peers)]);
        }
    }

    /** Finds a peer. */
    @Benchmark
    public Object lookup() {
        next = next + 1 & ASKED - 1;
        return table.apply(asked[next]);
    }
}
