// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.crypto.Aead;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static final TrainShape TRAIN = TrainShape.of("5x100");

    private final Aead right = new Aeads(AeadChoice.JCE).create();

    @AfterEach
    void close() {
        right.close();
    }

    @Test
    void acceptsEqualResults() {
        assertThatCode(() -> Agreement.check(right, TRAIN)).doesNotThrowAnyException();
    }

    @Test
    void refusesOtherCiphertexts() {
        assertThatThrownBy(() -> Agreement.check(new Altered(counter -> counter + 1, forged -> forged), TRAIN))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("altered seals otherwise than Culvert");
    }

    @Test
    void refusesToAcceptForgedPackets() {
        assertThatThrownBy(() -> Agreement.check(new Altered(counter -> counter, forged -> 0), TRAIN))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("altered does not find the packet with a changed bit");
    }

    @Test
    void refusesToRejectGenuinePackets() {
        assertThatThrownBy(() -> Agreement.check(new Altered(counter -> counter, forged -> forged | 1), TRAIN))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("altered does not open what Culvert sealed");
    }

    /** Seals with other counters, and reports other packets as forged. */
    private final class Altered implements Aead {
        private final LongUnaryOperator counter;
        private final LongUnaryOperator verdict;

        Altered(LongUnaryOperator counter, LongUnaryOperator verdict) {
            this.counter = counter;
            this.verdict = verdict;
        }

        @Override
        public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
            right.seal(key, Arrays.stream(counters).map(counter).toArray(), sources, targets, lengths, count);
        }

        @Override
        public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
            return verdict.applyAsLong(right.open(key, counters, sources, targets, lengths, count));
        }

        @Override
        public String implementation() {
            return "altered";
        }

        @Override
        public void close() {
            // The test closes the AEAD inside.
        }
    }
}
