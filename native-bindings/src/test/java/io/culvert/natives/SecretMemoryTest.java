// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.laws.Laws;
import io.culvert.natives.linux.SecretMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SecretMemoryTest {
    private static final int CELL_BYTES = 64;

    @Test
    void allocationsAreZeroAlignedAndApart() {
        Laws.check(20, draw -> {
            TreeMap<Long, Integer> live = new TreeMap<>();
            for (int i = 0; i < 300; i++) {
                if (live.isEmpty() || draw.integer(0, 2) > 0) {
                    int bytes = draw.integer(1, SecretMemory.MAX_BYTES);
                    long address = SecretMemory.allocate(bytes);
                    assertThat(address % CELL_BYTES).isZero();
                    for (int at = 0; at < bytes; at++) {
                        assertThat(Memory.getByte(address + at)).isZero();
                        Memory.putByte(address + at, (byte) -1);
                    }
                    Map.Entry<Long, Integer> below = live.floorEntry(address);
                    assertThat(below == null || below.getKey() + below.getValue() <= address)
                            .isTrue();
                    Long above = live.higherKey(address);
                    assertThat(above == null || address + bytes <= above).isTrue();
                    live.put(address, bytes);
                } else {
                    long address = live.firstKey();
                    live.remove(address);
                    SecretMemory.free(address);
                }
            }
            live.keySet().forEach(SecretMemory::free);
        });
    }

    @Test
    void freeingZeroesAndEndsAccess() {
        long kept = SecretMemory.allocate(CELL_BYTES);
        long address = SecretMemory.allocate(CELL_BYTES);
        Memory.putLong(address, -1);
        SecretMemory.free(address);
        assertThatThrownBy(() -> Memory.getLong(address)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(Memory.all().get(java.lang.foreign.ValueLayout.JAVA_LONG, address))
                .isZero();
        assertThatThrownBy(() -> SecretMemory.free(address)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> SecretMemory.free(0)).isInstanceOf(IllegalStateException.class);
        SecretMemory.free(kept);
    }

    @Test
    void refusesOtherSizes() {
        assertThatThrownBy(() -> SecretMemory.allocate(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SecretMemory.allocate(SecretMemory.MAX_BYTES + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** dd: "do not include area into core dump" (proc_pid_smaps(5)). */
    @Test
    void isLeftOutOfCoreDumps() throws IOException {
        long address = SecretMemory.allocate(CELL_BYTES);
        assertThat(flagsOf(address)).contains(" dd");
        SecretMemory.free(address);
    }

    private static String flagsOf(long address) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
        boolean inside = false;
        for (String line : lines) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                String[] range = line.substring(0, line.indexOf(' ')).split("-");
                inside = Long.parseUnsignedLong(range[0], 16) <= address
                        && address < Long.parseUnsignedLong(range[1], 16);
            } else if (inside && line.startsWith("VmFlags:")) {
                return line;
            }
        }
        throw new AssertionError("no mapping has 0x" + Long.toHexString(address));
    }
}
