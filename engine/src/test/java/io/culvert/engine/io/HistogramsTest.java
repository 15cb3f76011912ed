// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import org.junit.jupiter.api.Test;

class HistogramsTest {
    private enum Kind {
        FIRST,
        SECOND
    }

    /** Each value is counted at the least bound that is not less, and added to the sum; nothing else changes. */
    private static void check(Histograms<Kind> histograms, long value) {
        int expected = 0;
        while (expected < histograms.bounds() && histograms.bound(expected) < value) {
            expected++;
        }
        long[] before = counts(histograms, Kind.SECOND);
        long sum = histograms.sum(Kind.SECOND);
        histograms.add(Kind.SECOND, value);
        before[expected]++;
        assertThat(counts(histograms, Kind.SECOND)).as("%d", value).isEqualTo(before);
        assertThat(histograms.sum(Kind.SECOND)).isEqualTo(sum + value);
        assertThat(counts(histograms, Kind.FIRST)).containsOnly(0);
    }

    private static long[] counts(Histograms<Kind> histograms, Kind kind) {
        long[] counts = new long[histograms.bounds() + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = histograms.count(kind, i);
        }
        return counts;
    }

    @Test
    void everyValueIsCountedAtItsBound() {
        Histograms<Kind> batches = new Histograms<>(Kind.class, 0, 1, 7);
        Histograms<Kind> waits = new Histograms<>(Kind.class, 10, 2, 9);
        assertThat(batches.bound(0)).isEqualTo(1);
        assertThat(batches.bound(6)).isEqualTo(64);
        assertThat(waits.bound(0)).isEqualTo(1024);
        assertThat(waits.bound(8)).isEqualTo(1L << 26);
        for (int value = 0; value <= 130; value++) {
            check(batches, value);
        }
        Laws.check(draw -> check(waits, draw.longInteger(0, 1L << 40)));
    }
}
