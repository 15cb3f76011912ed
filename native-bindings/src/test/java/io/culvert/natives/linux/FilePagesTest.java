// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilePagesTest {
    private static final int BYTES = 1 << 20;

    @TempDir
    private Path directory;

    /** KiB of a file's mapping that are resident. */
    private static long resident(Path file) throws IOException {
        boolean found = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.endsWith(file.toString())) {
                found = true;
            } else if (found && line.startsWith("Rss:")) {
                return Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        throw new AssertionError("not mapped: " + file);
    }

    private static long sum(MemorySegment segment) {
        long sum = 0;
        for (long i = 0; i < segment.byteSize(); i += Long.BYTES) {
            sum += segment.get(ValueLayout.JAVA_LONG, i);
        }
        return sum;
    }

    @Test
    void pagesOfReadOnlyFilesAreReleasedAndReadAgain() throws IOException {
        // What was written just now is dirty until it is on the disk. The JVM reads this file, and does not map it.
        Path file = Path.of(System.getProperty("java.home"), "lib", "tzdb.dat");
        try (FileChannel channel = FileChannel.open(file);
                Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, channel.size() & -Long.BYTES, arena);
            long before = sum(mapped);
            assertThat(resident(file)).isPositive();
            FilePages.release();
            assertThat(resident(file)).isZero();
            assertThat(sum(mapped)).isEqualTo(before);
        }
    }

    @Test
    void whatWasWrittenStays() throws IOException {
        Path file = directory.resolve("file");
        Files.write(file, new byte[BYTES]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = channel.map(MapMode.PRIVATE, 0, BYTES, arena);
            mapped.fill((byte) 7);
            FilePages.release();
            assertThat(mapped.get(ValueLayout.JAVA_BYTE, BYTES / 2)).isEqualTo((byte) 7);
        }
    }
}
