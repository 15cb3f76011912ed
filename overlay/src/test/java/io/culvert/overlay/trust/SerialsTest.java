// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.overlay.record.RecordProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The highest serials outlive the process. */
class SerialsTest {
    private static final byte[] ONE = {1};
    private static final byte[] OTHER = {2};

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("serials");
    }

    @Test
    void whatWasFlushedIsRead() {
        Laws.check(100, draw -> {
            Files.deleteIfExists(file());
            Map<String, Long> expected = new HashMap<>();
            Serials serials = Serials.open(file());
            for (int i = draw.integer(0, 60); i > 0; i--) {
                String key = "/k/" + draw.integer(0, 5);
                long serial = draw.integer(1, 1000);
                serials.accept(key, serial, ONE);
                expected.merge(key, serial, Math::max);
                if (draw.integer(0, 3) == 0) {
                    serials.flush();
                }
                if (draw.integer(0, 9) == 0) {
                    serials.flush();
                    serials = Serials.open(file());
                }
            }
            serials.flush();
            Serials read = Serials.open(file());
            expected.forEach((key, serial) -> assertThat(read.highest(key)).isEqualTo(serial));
            assertThat(read.size()).isEqualTo(expected.size());
            assertThat(read.damagedLines()).isZero();
        });
    }

    @Test
    void aLowerSerialAndAnotherRecordWithTheSameAreKnown() {
        Serials serials = Serials.inMemory();
        serials.accept("/k", 5, ONE);
        assertThat(serials.check("/k", 4, ONE)).contains(RecordProblem.SERIAL_WENT_BACK);
        assertThat(serials.check("/k", 5, OTHER)).contains(RecordProblem.SERIAL_REUSED);
        assertThat(serials.check("/k", 5, ONE)).isEmpty();
        assertThat(serials.check("/k", 6, OTHER)).isEmpty();
        assertThat(serials.check("/other", 1, ONE)).isEmpty();
    }

    /** Wherever a crash cuts the file off, what was complete before is read, and the next flush repairs it. */
    @Test
    void aFileThatWasCutOffIsReadAndRepaired() throws Exception {
        Serials serials = Serials.open(file());
        serials.accept("/a", 1, ONE);
        serials.flush();
        serials.accept("/b", 2, ONE);
        serials.flush();
        byte[] whole = Files.readAllBytes(file());
        long first = new String(whole).indexOf('\n') + 1;
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), java.util.Arrays.copyOf(whole, length));
            Serials cut = Serials.open(file());
            assertThat(cut.size()).isEqualTo((length >= first - 1 ? 1 : 0) + (length == whole.length - 1 ? 1 : 0));
            cut.accept("/c", 3, ONE);
            cut.flush();
            Serials repaired = Serials.open(file());
            assertThat(repaired.highest("/c")).isEqualTo(3);
            assertThat(repaired.damagedLines()).isZero();
        }
    }

    @Test
    void aDamagedLineIsNotBelieved() throws Exception {
        Serials serials = Serials.open(file());
        serials.accept("/a", 12345, ONE);
        serials.flush();
        Files.writeString(file(), Files.readString(file()).replace("12345", "99999"));
        Serials read = Serials.open(file());
        assertThat(read.highest("/a")).isZero();
        assertThat(read.damagedLines()).isEqualTo(1);
    }

    @Test
    void theFileDoesNotGrowWithoutBound() throws Exception {
        Serials serials = Serials.open(file());
        for (int i = 1; i <= 5000; i++) {
            serials.accept("/a", i, ONE);
            if (i % 10 == 0) {
                serials.flush();
            }
        }
        assertThat(Files.readString(file()).lines()).hasSizeLessThan(1100);
        assertThat(Serials.open(file()).highest("/a")).isEqualTo(5000);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void theNextSerialIsAboveAllAndNotBelowTheTime() {
        Serials serials = Serials.inMemory();
        Instant now = Instant.ofEpochMilli(1000);
        assertThat(serials.next("/a", 0, now)).isEqualTo(1000);
        serials.accept("/a", 5000, ONE);
        assertThat(serials.next("/a", 0, now)).isEqualTo(5001);
        assertThat(serials.next("/a", 6000, now)).isEqualTo(6001);
    }
}
