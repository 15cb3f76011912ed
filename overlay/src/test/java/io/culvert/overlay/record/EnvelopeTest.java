// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** An envelope keeps the bytes as they were signed. */
class EnvelopeTest {
    private static void assertRefused(String value, RecordProblem problem) {
        assertThatThrownBy(() -> Envelope.decode(value.getBytes(StandardCharsets.UTF_8)))
                .as(value)
                .isInstanceOfSatisfying(
                        RecordException.class, e -> assertThat(e.problem()).isEqualTo(problem));
    }

    @Test
    void theBytesAreKeptAsTheyWereSigned() {
        Laws.check(draw -> {
            StringBuilder text = new StringBuilder();
            for (int i = draw.integer(0, 100); i > 0; i--) {
                int point = draw.integer(0, 0x10ffff);
                text.appendCodePoint(Character.isSurrogate((char) point) && point < 0x10000 ? '"' : point);
            }
            byte[] signed = text.toString().getBytes(StandardCharsets.UTF_8);
            Envelope envelope = new Envelope(signed, Records.anyKey(draw), draw.bytes(64, 64));
            assertThat(Envelope.decode(envelope.encode())).isEqualTo(envelope);
        });
    }

    @Test
    void moreThanTwoKibibytesAreTooLarge() throws RecordException {
        Envelope small = new Envelope(new byte[0], Records.key(1), new byte[64]);
        int room = Envelope.MAX_BYTES - small.encode().length;
        Envelope largest =
                new Envelope("a".repeat(room).getBytes(StandardCharsets.UTF_8), small.signer(), new byte[64]);
        assertThat(Envelope.decode(largest.encode())).isEqualTo(largest);
        assertRefused(new String(largest.encode(), StandardCharsets.UTF_8) + " ", RecordProblem.TOO_LARGE);
    }

    @Test
    void badEnvelopesAreRefused() {
        String good = new String(
                new Envelope("{}".getBytes(StandardCharsets.UTF_8), Records.key(1), new byte[64]).encode(),
                StandardCharsets.UTF_8);
        assertRefused(good.replace("\"v\":1", "\"v\":3"), RecordProblem.UNKNOWN_VERSION);
        assertRefused(good.replace("\"signer\"", "\"signers\""), RecordProblem.MALFORMED);
        assertRefused(good.replace("AAAA==", "AAA="), RecordProblem.MALFORMED);
        assertRefused(good.replace("AAAA==", "AAAA"), RecordProblem.MALFORMED);
        assertRefused(good.replace("{}", "\\ud800"), RecordProblem.MALFORMED);
        assertRefused(good.replace("\"{}\"", "{}"), RecordProblem.MALFORMED);
    }

    /** The last character of a signature has four bits beyond its 64 bytes. */
    @Test
    void aSignatureHasOneSpelling() {
        String good = new String(
                new Envelope("{}".getBytes(StandardCharsets.UTF_8), Records.key(1), new byte[64]).encode(),
                StandardCharsets.UTF_8);
        for (char last : "BCDEFGHIJKLMNOP".toCharArray()) {
            assertRefused(good.replace("AAAA==", "AAA" + last + "=="), RecordProblem.MALFORMED);
        }
    }
}
