// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.laws.Laws;
import io.culvert.overlay.store.Entry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
    @TempDir
    Path directory;

    private static Entry entry(String key, String value) {
        return new Entry(key, value.getBytes(StandardCharsets.UTF_8), 1, 2);
    }

    private static void requireSame(Snapshot read, Snapshot written) {
        assertThat(read.revision()).isEqualTo(written.revision());
        assertThat(read.writtenMillis()).isEqualTo(written.writtenMillis());
        assertThat(read.isPartial()).isEqualTo(written.isPartial());
        assertThat(read.gone()).isEqualTo(written.gone());
        assertThat(read.held()).isEqualTo(written.held());
        assertThat(texts(read)).isEqualTo(texts(written));
    }

    private static List<String> texts(Snapshot snapshot) {
        return snapshot.entries().stream()
                .map(entry -> entry.key() + " " + entry.createRevision() + " " + entry.modRevision() + " "
                        + HexFormat.of().formatHex(entry.value()))
                .toList();
    }

    @Test
    void readsWhatWasWritten() {
        SnapshotFile file = new SnapshotFile(directory.resolve("snapshot"));
        Laws.check(100, draw -> {
            List<Entry> entries = draw.list(
                    0,
                    20,
                    () -> new Entry(
                            "key-" + draw.integer(), draw.bytes(0, 200), draw.longInteger(), draw.longInteger()));
            Snapshot snapshot = new Snapshot(
                    draw.longInteger(),
                    draw.longInteger(),
                    draw.bool(),
                    entries,
                    new HashSet<>(draw.list(0, 3, () -> "node-" + draw.integer())),
                    new HashSet<>(draw.list(0, 3, () -> "key-" + draw.integer())));
            file.save(snapshot);
            requireSame(file.load().orElseThrow(), snapshot);
        });
    }

    @Test
    void isTheOwnersAndLeavesNothingBeside() throws Exception {
        Path path = directory.resolve("snapshot");
        new SnapshotFile(path).save(new Snapshot(1, 2, false, List.of(), Set.of(), Set.of()));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(path);
        }
    }

    /** Whichever byte is another one, or wherever the file ends. */
    @Test
    void damagedOneIsSetAside() throws Exception {
        Path path = directory.resolve("snapshot");
        SnapshotFile file = new SnapshotFile(path);
        file.save(new Snapshot(7, 8, true, List.of(entry("a", "one"), entry("b", "two")), Set.of("c"), Set.of()));
        byte[] good = Files.readAllBytes(path);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            Files.write(path, bad);
            assertThat(file.load()).as("byte %d", i).isEqualTo(Optional.empty());
            assertThat(path).doesNotExist();
            assertThat(directory.resolve("snapshot.damaged")).hasBinaryContent(bad);
            Files.write(path, Arrays.copyOf(good, i));
            assertThat(file.load()).as("%d bytes", i).isEqualTo(Optional.empty());
        }
        assertThat(file.load()).isEqualTo(Optional.empty());
    }
}
