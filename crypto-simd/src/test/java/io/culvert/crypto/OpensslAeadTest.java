// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Secrets in OpenSSL's memory, and unsuitable libraries; {@link AeadTest} tests the cipher. */
class OpensslAeadTest {
    private final SplittableRandom random = new SplittableRandom(3);

    /** Searches the blocks that pointers in the context point to, by the block headers of glibc's allocator. */
    @Test
    void keyIsForgottenAfterEachTrain() throws IOException {
        OpensslAead.unavailableReason().ifPresent(reason -> Assumptions.abort("no OpenSSL: " + reason));
        try (OpensslAead aead = new OpensslAead()) {
            for (int[] lengths : List.of(new int[] {0}, new int[] {100}, new int[] {64, 1_420, 77})) {
                try (TestTrain train = train(lengths)) {
                    assertThat(train.sealWrong(aead)).isEqualTo(-1);
                    assertThat(containsKey(aead.sealer, train.key)).isFalse();
                    train.loadSealed();
                    train.flip(0, 3);
                    assertThat(train.open(aead)).isEqualTo(1);
                    assertThat(containsKey(aead.opener, train.key)).isFalse();
                }
            }
        }
    }

    @Test
    void keyInTheContextIsFound() throws Throwable {
        OpensslAead.unavailableReason().ifPresent(reason -> Assumptions.abort("no OpenSSL: " + reason));
        try (OpensslAead aead = new OpensslAead();
                TestTrain train = train(100)) {
            assertThat((int) Libcrypto.INSTANCE.init().invokeExact(aead.sealer, 0L, 0L, train.key, aead.nonce, 1))
                    .isEqualTo(1);

            assertThat(containsKey(aead.sealer, train.key)).isTrue();
        }
    }

    @Test
    void closesOnlyOnce() {
        OpensslAead.unavailableReason().ifPresent(reason -> Assumptions.abort("no OpenSSL: " + reason));
        Aead aead = new OpensslAead();
        aead.close();
        aead.close();
    }

    @Test
    void missingOrForeignLibraryIsRefused() {
        assertThatThrownBy(() -> Libcrypto.load("no-such-libcrypto.so.3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no-such-libcrypto.so.3");
        assertThatThrownBy(() -> Libcrypto.load("libc.so.6"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("OPENSSL_init_crypto");
    }

    @Test
    void faultyImplementationIsRefused() {
        assertThat(OpensslAead.fault(JceAead::new)).isEmpty();
        assertThat(OpensslAead.fault(() -> new FaultyAead(new JceAead(), 1, 0))).hasValue("it failed its self-test");
        assertThat(OpensslAead.fault(() -> new FaultyAead(new JceAead(), 0, 1))).hasValue("it failed its self-test");
        assertThat(OpensslAead.fault(() -> {
                    throw new IllegalStateException("no such cipher");
                }))
                .hasValue("no such cipher");
    }

    private TestTrain train(int... lengths) {
        return new TestTrain(
                random, random, lengths, random.longs(lengths.length).toArray(), TestTrain.Layout.APART);
    }

    /** Whether half of the key at an address is in any block that belongs to a context. */
    private static boolean containsKey(long context, long key) throws IOException {
        long[] mapping = mapping(context);
        for (long word = context; word < context + bytes(context); word += 8) {
            long block = RawMemory.getLong(word);
            if (block < mapping[0] + 16 || block >= mapping[1] || (block & 15) != 0) {
                continue;
            }
            long end = Math.min(mapping[1], block + bytes(block));
            for (long at = block; at + 16 <= end; at += 4) {
                if (same(at, key) || same(at, key + 16)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Usable size of an allocated block, by the size field in front of it, which includes itself. */
    private static long bytes(long block) {
        return (RawMemory.getLong(block - 8) & ~15L) - 8;
    }

    private static boolean same(long a, long b) {
        return MemorySegment.mismatch(RawMemory.ALL, a, a + 16, RawMemory.ALL, b, b + 16) < 0;
    }

    /** Start and end of the mapping of an address. */
    private static long[] mapping(long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .map(line -> Arrays.stream(line.substring(0, line.indexOf(' ')).split("-"))
                        .mapToLong(bound -> Long.parseUnsignedLong(bound, 16))
                        .toArray())
                .filter(bounds -> bounds[0] <= address && address < bounds[1])
                .findFirst()
                .orElseThrow();
    }
}
