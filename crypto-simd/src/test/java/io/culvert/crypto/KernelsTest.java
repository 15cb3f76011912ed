// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Poly1305 in lanes and in scalar form against big integers, at the edges of what limbs may hold. */
class KernelsTest {
    private static final BigInteger P = BigInteger.ONE.shiftLeft(130).subtract(BigInteger.valueOf(5));
    private static final BigInteger CLAMP = new BigInteger("0ffffffc0ffffffc0ffffffc0fffffff", 16);
    private static final BigInteger ONES = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);
    /** 4.75 * 2^60 and a message. */
    private static final long PRODUCT_BOUND = 19L << 58 | (1L << 32) - 1;

    private static final int STEPS = 24;

    private final SplittableRandom random = new SplittableRandom(8439);

    static Stream<Kernels> kernels() {
        CompilerDirectives.install();
        return Stream.of(new Kernels512(), new Kernels256());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void accumulatorsAtTheirBounds(Kernels kernels) {
        try (Arena arena = Arena.ofConfined()) {
            long poly = RawMemory.allocate(arena, 2 * Kernels.POLY_BYTES);
            long message = RawMemory.allocate(arena, 2 * STEPS * 2 * 64);
            for (int round = 0; round < 60; round++) {
                check(kernels, poly, message, round);
            }
        }
    }

    /** One round: extreme start values and r in the first rounds, then random edge cases. */
    private void check(Kernels kernels, long poly, long message, int round) {
        int lanes = kernels.lanes();
        BigInteger[] r = new BigInteger[lanes];
        BigInteger[] s = new BigInteger[lanes];
        BigInteger[] h = new BigInteger[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            r[lane] = round < 4 ? CLAMP : edge().and(CLAMP);
            s[lane] = round < 4 ? ONES : edge();
            long[] x = startWords(round);
            h[lane] = value(x);
            for (int word = 0; word < 5; word++) {
                put(poly, Kernels.X + word, lane, x[word]);
            }
            for (int word = 0; word < 4; word++) {
                put(poly, Kernels.R + word, lane, r[lane].shiftRight(32 * word).longValue() & 0xffffffffL);
            }
            put(poly, Kernels.S, lane, s[lane].longValue());
            put(poly, Kernels.S + 1, lane, s[lane].shiftRight(64).longValue());
            put(poly, Kernels.COUNT, lane, lane % 6);
        }
        long distance = STEPS * 8L * lanes;
        BigInteger[][] blocks = writeBlocks(message, distance, lanes, round < 4);
        kernels.absorb(poly, message, distance, STEPS);
        for (int lane = 0; lane < lanes; lane++) {
            for (BigInteger block : blocks[lane]) {
                h[lane] = h[lane].multiply(r[lane]).add(block).mod(P);
            }
        }
        kernels.finish(poly, message, 5);
        kernels.finish(poly + Kernels.POLY_BYTES, message + distance, 5);
        for (int lane = 0; lane < lanes; lane++) {
            for (int step = 0; step < Math.min(5, lane % 6); step++) {
                h[lane] = h[lane].multiply(r[lane]).add(blocks[lane][step]);
            }
            BigInteger tag = h[lane].multiply(r[lane]).mod(P).add(s[lane]).and(ONES);
            assertThat(get(poly, Kernels.TAG, lane))
                    .as("round %d lane %d", round, lane)
                    .isEqualTo(tag.longValue());
            assertThat(get(poly, Kernels.TAG + 1, lane))
                    .isEqualTo(tag.shiftRight(64).longValue());
        }
    }

    /** The bounds that {@link Kernels} states, or zero, or a value near p once carried. */
    private long[] startWords(int round) {
        long full = (1L << 32) - 1;
        return switch (round % 3) {
            case 0 -> new long[] {PRODUCT_BOUND, PRODUCT_BOUND, PRODUCT_BOUND, PRODUCT_BOUND, (1L << 30) + 1};
            case 1 -> new long[5];
            default -> new long[] {full - random.nextInt(8), full, full, full, 3};
        };
    }

    private BigInteger[][] writeBlocks(long message, long distance, int lanes, boolean ones) {
        BigInteger[][] blocks = new BigInteger[lanes][STEPS];
        for (int lane = 0; lane < lanes; lane++) {
            for (int step = 0; step < STEPS; step++) {
                BigInteger block = ones ? ONES : edge();
                long at = message + (lane & 1) * distance + step * 8L * lanes + (lane >> 1) * 8L;
                RawMemory.putLong(at, block.longValue());
                RawMemory.putLong(at + 4L * lanes, block.shiftRight(64).longValue());
                blocks[lane][step] = block.setBit(128);
            }
        }
        return blocks;
    }

    @ParameterizedTest
    @MethodSource("kernelsAndKeys")
    void scalarAtItsBounds(Kernels kernels, BigInteger r) {
        Scratch scratch = new Scratch();
        try (Arena arena = Arena.ofConfined()) {
            long key = RawMemory.allocate(arena, 32);
            long message = RawMemory.allocate(arena, 800);
            Poly1305 poly = new Poly1305(kernels, scratch);
            for (int length = 0; length <= 800; length += 1 + length / 100) {
                BigInteger s = edge();
                putWide(key, r);
                putWide(key + 16, s);
                byte[] text = new byte[length];
                Arrays.fill(text, (byte) random.nextInt(-1, 1));
                RawMemory.copy(text, 0, message, length);
                poly.key(key);
                poly.authenticate(message, length);
                BigInteger tag = reference(text, r.and(CLAMP), s);
                assertThat(poly.tagLow()).as("length %d", length).isEqualTo(tag.longValue());
                assertThat(poly.tagHigh()).isEqualTo(tag.shiftRight(64).longValue());
            }
        } finally {
            scratch.close();
        }
    }

    static Stream<Arguments> kernelsAndKeys() {
        return kernels().flatMap(kernels -> edgeKeys().map(r -> Arguments.of(kernels, r)));
    }

    private static Stream<BigInteger> edgeKeys() {
        return Stream.of(ONES, BigInteger.ZERO, BigInteger.ONE, BigInteger.TWO, BigInteger.ONE.shiftLeft(123));
    }

    private static BigInteger reference(byte[] text, BigInteger r, BigInteger s) {
        BigInteger h = BigInteger.ZERO;
        for (int at = 0; at < text.length; at += 16) {
            h = h.add(littleEndian(Arrays.copyOfRange(text, at, Math.min(at + 16, text.length)))
                            .setBit(128))
                    .multiply(r)
                    .mod(P);
        }
        h = h.add(BigInteger.valueOf(text.length).shiftLeft(64).setBit(128))
                .multiply(r)
                .mod(P);
        return h.add(s).and(ONES);
    }

    private static BigInteger littleEndian(byte[] bytes) {
        byte[] reversed = new byte[16];
        for (int i = 0; i < bytes.length; i++) {
            reversed[15 - i] = bytes[i];
        }
        return new BigInteger(1, reversed);
    }

    /** 128 bits: all ones, all zeros, one bit, or random. */
    private BigInteger edge() {
        return switch (random.nextInt(4)) {
            case 0 -> ONES;
            case 1 -> BigInteger.ZERO;
            case 2 -> BigInteger.ONE.shiftLeft(random.nextInt(128));
            default -> new BigInteger(128, new java.util.Random(random.nextLong()));
        };
    }

    private static BigInteger value(long[] words) {
        BigInteger value = BigInteger.ZERO;
        for (int i = 4; i >= 0; i--) {
            value = value.shiftLeft(32).add(BigInteger.valueOf(words[i]));
        }
        return value;
    }

    private static void putWide(long address, BigInteger value) {
        RawMemory.putLong(address, value.longValue());
        RawMemory.putLong(address + 8, value.shiftRight(64).longValue());
    }

    private static void put(long poly, long row, int lane, long value) {
        RawMemory.putLong(address(poly, row, lane), value);
    }

    private static long get(long poly, long row, int lane) {
        return RawMemory.getLong(address(poly, row, lane));
    }

    private static long address(long poly, long row, int lane) {
        return poly + (lane & 1) * Kernels.POLY_BYTES + row * Kernels.ROW + (lane >> 1) * 8L;
    }
}
