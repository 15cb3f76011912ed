// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;

/** Searches the writable memory of another process for secrets, and for their text in hexadecimal and Base64. */
final class MemoryScan {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int PART_BYTES = 1 << 20;
    private static final int LONGEST = 64;

    /** By the first eight bytes. */
    private final Map<Long, Map<String, byte[]>> needles = new HashMap<>();
    /** Which values the first two bytes of needles have, to skip most of the memory. */
    private final boolean[] begins = new boolean[1 << 16];

    /** Adds a secret of 32 bytes. */
    void add(String name, byte[] secret) {
        addBytes(name, secret);
        addBytes(name + " as hex", HexFormat.of().formatHex(secret).getBytes(StandardCharsets.US_ASCII));
        addBytes(name + " as Base64", Base64.getEncoder().encode(secret));
    }

    private void addBytes(String name, byte[] bytes) {
        needles.computeIfAbsent((long) LONG.get(bytes, 0), key -> new HashMap<>())
                .put(name, bytes);
        begins[Byte.toUnsignedInt(bytes[0]) << 8 | Byte.toUnsignedInt(bytes[1])] = true;
    }

    /** The names of the secrets that the memory of a process has. */
    TreeSet<String> of(ProcessHandle process) {
        TreeSet<String> found = new TreeSet<>();
        Path files = Path.of("/proc", "" + process.pid());
        try (RandomAccessFile memory = new RandomAccessFile(files.resolve("mem").toFile(), "r")) {
            for (String line : Repository.text(files.resolve("maps")).lines().toList()) {
                String[] columns = line.split(" +");
                if (columns[1].startsWith("rw")) {
                    String[] range = columns[0].split("-");
                    scan(memory, Long.parseUnsignedLong(range[0], 16), Long.parseUnsignedLong(range[1], 16), found);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Reads in parts that overlap by the longest needle. */
    private void scan(RandomAccessFile memory, long from, long to, TreeSet<String> found) throws IOException {
        byte[] part = new byte[PART_BYTES + LONGEST];
        for (long at = from; at < to; at += PART_BYTES) {
            memory.seek(at);
            int length = read(memory, part, (int) Math.min(part.length, to - at));
            for (int i = 0; i <= length - Long.BYTES; i++) {
                if (begins[Byte.toUnsignedInt(part[i]) << 8 | Byte.toUnsignedInt(part[i + 1])]) {
                    match(part, i, length, found);
                }
            }
        }
    }

    /** Reads as much as there is: a mapping may end meanwhile. */
    private static int read(RandomAccessFile memory, byte[] target, int length) {
        int done = 0;
        try {
            while (done < length) {
                int count = memory.read(target, done, length - done);
                if (count <= 0) {
                    return done;
                }
                done += count;
            }
        } catch (IOException e) {
            return done;
        }
        return done;
    }

    private void match(byte[] part, int from, int length, TreeSet<String> found) {
        needles.getOrDefault((long) LONG.get(part, from), Map.of()).forEach((name, bytes) -> {
            if (from + bytes.length <= length
                    && Arrays.equals(part, from, from + bytes.length, bytes, 0, bytes.length)) {
                found.add(name);
            }
        });
    }
}
