// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Packets, tags and keys that end at an inaccessible page: a read or write beyond, even if its result is masked,
 * crashes the JVM.
 */
class GuardPageTest {
    private static final int PAGE = 4096;
    private static final int NONE = 0;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;

    private static final MethodHandle MMAP = handle(
            "mmap", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MPROTECT =
            handle("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

    /** Two accessible pages each for key, source and target, with inaccessible pages before, between and after. */
    private long map;

    static Stream<String> implementations() {
        return AeadTest.implementations();
    }

    @BeforeEach
    void map() throws Throwable {
        map = (long) MMAP.invokeExact(0L, 10L * PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
        for (int page = 0; page < 10; page += 3) {
            assertThat((int) MPROTECT.invokeExact(map + (long) page * PAGE, (long) PAGE, NONE))
                    .isZero();
        }
    }

    @AfterEach
    void unmap() throws Throwable {
        assertThat((int) MUNMAP.invokeExact(map, 10L * PAGE)).isZero();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void nothingBeyondTheBoundsIsTouched(String name) {
        long keyEnd = map + 3L * PAGE;
        long sourceEnd = map + 6L * PAGE;
        long targetEnd = map + 9L * PAGE;
        try (Aead aead = Implementations.create(name)) {
            for (int length = 0; length < 700; length += 1 + length / 40) {
                long sealedSource = sourceEnd - length - 16;
                long target = targetEnd - length - 16;
                // A single packet that ends at the edge: as source, and with its tag as target, sealed and opened.
                seal(aead, keyEnd - 32, sourceEnd - length, target, length, 1);
                MemorySegment.copy(RawMemory.ALL, target, RawMemory.ALL, sealedSource, length + 16L);
                assertThat(open(aead, keyEnd - 32, sealedSource, targetEnd - length, length, 1))
                        .isZero();
                // In a group, at the end and at the start of the pages.
                seal(aead, keyEnd - 32, sourceEnd - length, target, length, 20);
                seal(aead, keyEnd - 32, map + 4L * PAGE, map + 7L * PAGE, length, 20);
                open(aead, keyEnd - 32, sealedSource, targetEnd - length, length, 20);
            }
        }
    }

    /** All packets have the same address: the test is about bounds only. */
    private static void seal(Aead aead, long key, long source, long target, int length, int count) {
        aead.seal(key, new long[count], filled(source, count), filled(target, count), lengths(length, count), count);
    }

    private static long open(Aead aead, long key, long source, long target, int length, int count) {
        return aead.open(
                key, new long[count], filled(source, count), filled(target, count), lengths(length, count), count);
    }

    private static long[] filled(long value, int count) {
        long[] values = new long[count];
        Arrays.fill(values, value);
        return values;
    }

    private static int[] lengths(int length, int count) {
        int[] lengths = new int[count];
        Arrays.fill(lengths, length);
        return lengths;
    }

    @SuppressWarnings("restricted") // The signatures are those of sys/mman.h.
    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
