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
    private static final long LIMB_1_BOUND = (1L << 26) + (1L << 8);
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
            long message = RawMemory.allocate(arena, STEPS * 2 * 64);
            long products = RawMemory.allocate(arena, STEPS / 2 * 5 * 64);
            for (int round = 0; round < 60; round++) {
                check(kernels, poly, message, products, round);
            }
        }
    }

    /** One round: extreme start values and r in the first rounds, then any mixture of edges. */
    private void check(Kernels kernels, long poly, long message, long products, int round) {
        int lanes = kernels.lanes() / 2;
        BigInteger[] r = new BigInteger[lanes];
        BigInteger[] s = new BigInteger[lanes];
        BigInteger[] h = new BigInteger[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            r[lane] = round < 4 ? CLAMP : edge().and(CLAMP);
            s[lane] = round < 4 ? ONES : edge();
            long[] x = startLimbs(round);
            h[lane] = value(x);
            for (int limb = 0; limb < 5; limb++) {
                put(poly, Kernels.X + limb, lane, x[limb]);
                put(poly, Kernels.R + limb, lane, r[lane].shiftRight(26 * limb).longValue() & 0x3ffffff);
            }
            put(poly, Kernels.S, lane, s[lane].longValue());
            put(poly, Kernels.S + 1, lane, s[lane].shiftRight(64).longValue());
            put(poly, Kernels.COUNT, lane, lane % 6);
        }
        BigInteger[][] blocks = layBlocks(message, lanes, round < 4);
        kernels.square(poly);
        kernels.multiply(poly, message, STEPS / 2, products);
        kernels.absorb(poly, products, STEPS / 2);
        for (int lane = 0; lane < lanes; lane++) {
            assertThat(get(poly, Kernels.X + 1, lane)).isBetween(0L, LIMB_1_BOUND - 1);
            for (BigInteger block : blocks[lane]) {
                h[lane] = h[lane].multiply(r[lane]).add(block).mod(P);
            }
        }
        kernels.finish(poly, message, 5);
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

    /** The bounds that the comment on {@link Kernels} states, or zero, or p less a little. */
    private long[] startLimbs(int round) {
        long full = (1L << 26) - 1;
        return switch (round % 3) {
            case 0 -> new long[] {full, LIMB_1_BOUND - 1, full, full, full};
            case 1 -> new long[5];
            default -> new long[] {full - random.nextInt(8), full, full, full, full};
        };
    }

    private BigInteger[][] layBlocks(long message, int lanes, boolean ones) {
        BigInteger[][] blocks = new BigInteger[lanes][STEPS];
        for (int lane = 0; lane < lanes; lane++) {
            for (int step = 0; step < STEPS; step++) {
                BigInteger block = ones ? ONES : edge();
                long at = message + step * 16L * lanes + lane * 8L;
                RawMemory.putLong(at, block.longValue());
                RawMemory.putLong(at + 8L * lanes, block.shiftRight(64).longValue());
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

    /** 128 bits: all ones, all zeros, one bit, or anything. */
    private BigInteger edge() {
        return switch (random.nextInt(4)) {
            case 0 -> ONES;
            case 1 -> BigInteger.ZERO;
            case 2 -> BigInteger.ONE.shiftLeft(random.nextInt(128));
            default -> new BigInteger(128, new java.util.Random(random.nextLong()));
        };
    }

    private static BigInteger value(long[] limbs) {
        BigInteger value = BigInteger.ZERO;
        for (int i = 4; i >= 0; i--) {
            value = value.shiftLeft(26).add(BigInteger.valueOf(limbs[i]));
        }
        return value;
    }

    private static void putWide(long address, BigInteger value) {
        RawMemory.putLong(address, value.longValue());
        RawMemory.putLong(address + 8, value.shiftRight(64).longValue());
    }

    private static void put(long poly, long row, int lane, long value) {
        RawMemory.putLong(poly + row * Kernels.ROW + lane * 8L, value);
    }

    private static long get(long poly, long row, int lane) {
        return RawMemory.getLong(poly + row * Kernels.ROW + lane * 8L);
    }
}
