// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

import io.culvert.crypto.Aead;
import io.culvert.natives.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The AEAD of one worker, whose use {@link Keys} sees; other workers may take turns before and after each use. */
final class WatchedAead implements Aead {
    private final Aead aead;
    private final Keys keys;
    private final Keys.Life life;
    private final Schedule schedule;

    WatchedAead(Aead aead, Keys keys, Keys.Life life, Schedule schedule) {
        this.aead = aead;
        this.keys = keys;
        this.life = life;
        this.schedule = schedule;
    }

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        schedule.seam();
        for (int i = 0; i < count; i++) {
            ByteBuffer plaintext =
                    Memory.segment(sources[i], lengths[i]).asByteBuffer().order(ByteOrder.BIG_ENDIAN);
            keys.seal(life, key, counters[i], plaintext);
        }
        aead.seal(key, counters, sources, targets, lengths, count);
        schedule.seam();
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        schedule.seam();
        long failures = aead.open(key, counters, sources, targets, lengths, count);
        if (Long.bitCount(failures) < count) {
            keys.open(life, key);
        }
        schedule.seam();
        return failures;
    }

    @Override
    public String implementation() {
        return aead.implementation();
    }

    @Override
    public void close() {
        aead.close();
    }
}
