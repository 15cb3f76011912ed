// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto.generator;

import static io.culvert.crypto.generator.Width.each;

/** ChaCha20, RFC 8439 section 2.3: in lockstep, one block in each lane and one word of the state in each vector. */
final class ChaCha20Kernels {
    private static final int WORDS = 16;

    private final Width width;

    ChaCha20Kernels(Width width) {
        this.width = width;
    }

    String source() {
        return keys() + cipher() + spread() + blocks(4) + blocks(8) + xor() + key();
    }

    private String keys() {
        return """

                    @Override
                    void keys(long state, long poly, long counters) {
                        LongVector even = LongVector.fromMemorySegment(LONGS, ALL, counters, LITTLE_ENDIAN);
                        LongVector odd = LongVector.fromMemorySegment(LONGS, ALL, counters + ROW, LITTLE_ENDIAN);
                        even.and(0xffffffffL).or(odd.lanewise(LSHL, 32))
                                .intoMemorySegment(ALL, state + 14 * ROW, LITTLE_ENDIAN);
                        even.lanewise(LSHR, 32).or(odd.and(0xffffffff00000000L))
                                .intoMemorySegment(ALL, state + 15 * ROW, LITTLE_ENDIAN);
                        IntVector.zero(INTS).intoMemorySegment(ALL, state + 12 * ROW, LITTLE_ENDIAN);
                """
                + loadState("IntVector ")
                + rounds()
                + each(8, i -> "x%d = x%d.add(%s);".formatted(i, i, row(i)))
                + polyKeys("even", "poly", ".and(0xffffffffL)")
                + polyKeys("odd", "(poly + POLY_BYTES)", ".lanewise(LSHR, 32)")
                + """
                        IntVector.broadcast(INTS, 1).intoMemorySegment(ALL, state + 12 * ROW, LITTLE_ENDIAN);
                    }
                """;
    }

    /** Stores r, clamped (RFC 8439 section 2.5), as four words of 32 bits, and s as two of 64. */
    private String polyKeys(String name, String target, String half) {
        String words = each(8, i -> "LongVector N%d = x%d.reinterpretAsLongs()%s;".formatted(i, i, half));
        String limbs = """
                        N0.and(0x0fffffffL).intoMemorySegment(ALL, TARGET + R * ROW, LITTLE_ENDIAN);
                        N1.and(0x0ffffffcL).intoMemorySegment(ALL, TARGET + (R + 1) * ROW, LITTLE_ENDIAN);
                        N2.and(0x0ffffffcL).intoMemorySegment(ALL, TARGET + (R + 2) * ROW, LITTLE_ENDIAN);
                        N3.and(0x0ffffffcL).intoMemorySegment(ALL, TARGET + (R + 3) * ROW, LITTLE_ENDIAN);
                        N4.or(N5.lanewise(LSHL, 32)).intoMemorySegment(ALL, TARGET + S * ROW, LITTLE_ENDIAN);
                        N6.or(N7.lanewise(LSHL, 32)).intoMemorySegment(ALL, TARGET + (S + 1) * ROW, LITTLE_ENDIAN);
                """
                + each(
                        5,
                        i -> "LongVector.zero(LONGS).intoMemorySegment(ALL, TARGET + (X + %d) * ROW, LITTLE_ENDIAN);"
                                .formatted(i));
        return (words + limbs).replaceAll("N(?=\\d)", name).replace("TARGET", target);
    }

    private String cipher() {
        return """

                    @Override
                    void cipher(long state, long[] sources, long[] targets, long offset, int passes, int stride) {
                        for (int pass = 0; pass < passes; pass++) {
                            long at = offset + (long) pass * stride * 64;
                            IntVector t;
                """
                + loadState("IntVector ")
                + rounds()
                + each(WORDS, i -> "x%d = x%d.add(%s);".formatted(i, i, row(i)))
                + blocksFromWords()
                + each(width.ints, lane -> width.eachPart(part -> xorOut(lane, part)))
                + """
                            %s.add(stride).intoMemorySegment(ALL, state + 12 * ROW, LITTLE_ENDIAN);
                        }
                    }
                """.formatted(row(12));
    }

    private String xorOut(int lane, int part) {
        return """
                IntVector.fromMemorySegment(INTS, ALL, sources[%1$d] + at + %2$d, LITTLE_ENDIAN)
                        .lanewise(XOR, x%3$d)
                        .intoMemorySegment(ALL, targets[%1$d] + at + %2$d, LITTLE_ENDIAN);
                """.formatted(lane, part * width.bytes, part * width.ints + lane);
    }

    /** After this, vector {@code part * lanes + l} holds part {@code part} of the block of lane l. */
    private String blocksFromWords() {
        return width.eachPart(
                part -> width.laneBits(bit -> width.interleaveAll(part * width.ints, width.ints, bit, bit)));
    }

    private String spread() {
        return """

                    @Override
                    void spread(long state, long counter, int firstBlock) {
                        IOTA.add(firstBlock).intoMemorySegment(ALL, state + 12 * ROW, LITTLE_ENDIAN);
                        IntVector.broadcast(INTS, (int) counter)
                                .intoMemorySegment(ALL, state + 14 * ROW, LITTLE_ENDIAN);
                        IntVector.broadcast(INTS, (int) (counter >>> 32))
                                .intoMemorySegment(ALL, state + 15 * ROW, LITTLE_ENDIAN);
                    }
                """;
    }

    /**
     * One packet: each quarter or half of a vector holds the four words of one row of a block's state. Several sets of
     * such vectors run interleaved, to fill each other's latency. Between columns and diagonals all rows except the
     * second are rotated: a round finishes the second row last, and its rotation would lengthen the critical path.
     */
    private String blocks(int blocks) {
        int sets = blocks / width.quads;
        return """

                    @Override
                    void blocks%d(long state, long counter, int firstBlock, long keystream) {
                """.formatted(blocks)
                + rowOfWords("a", 0)
                + rowOfWords("b", 4)
                + rowOfWords("c", 8)
                + """
                        IntVector numbers = IOTA.lanewise(LSHR, 2).add(firstBlock).blend(%s, WORD_1)
                                .blend((int) counter, WORD_2).blend((int) (counter >>> 32), WORD_3);
                        IntVector t;
                """.formatted(row(13))
                + each(
                        sets,
                        i -> each(3, k -> "IntVector %1$s%2$d = %1$s;".formatted("abc".charAt(k), i))
                                + """
                                IntVector n%1$d = numbers.add(IntVector.zero(INTS).blend(%2$d, FIRST));
                                IntVector d%1$d = n%1$d;
                                """.formatted(i, i * width.quads))
                + "for (int round = 0; round < 10; round++) {\n"
                + each(sets, ChaCha20Kernels::rowRound)
                + each(sets, i -> rotate("a", i, 3) + rotate("c", i, 1) + rotate("d", i, 2))
                + each(sets, ChaCha20Kernels::rowRound)
                + each(sets, i -> rotate("a", i, 1) + rotate("c", i, 3) + rotate("d", i, 2))
                + "}\n"
                + each(
                        sets,
                        i -> each(3, k -> "%1$s%2$d = %1$s%2$d.add(%1$s);".formatted("abc".charAt(k), i))
                                + "d%1$d = d%1$d.add(n%1$d);\n".formatted(i))
                + each(sets, this::storeSet)
                + "}\n";
    }

    private static String rowOfWords(String name, int first) {
        return "IntVector %s = %s\n.blend(%s, WORD_1).blend(%s, WORD_2).blend(%s, WORD_3);\n"
                .formatted(name, row(first), row(first + 1), row(first + 2), row(first + 3));
    }

    private static String rowRound(int set) {
        return quarterRound("a" + set, "b" + set, "c" + set, "d" + set);
    }

    private static String rotate(String name, int set, int words) {
        return "%1$s%2$d = %1$s%2$d.rearrange(ROTATE_%3$d);\n".formatted(name, set, words);
    }

    private String storeSet(int set) {
        String[] rows = {"a" + set, "b" + set, "c" + set, "d" + set};
        String text = width.interleave(rows[0], rows[1], 4) + width.interleave(rows[2], rows[3], 4);
        if (width.quads == 4) {
            text += width.interleave(rows[0], rows[2], 8) + width.interleave(rows[1], rows[3], 8);
        }
        // With two rows to a vector, the halves of block 0 are in vectors 0 and 2, and those of block 1 in 1 and 3.
        int[] order = width.quads == 4 ? new int[] {0, 1, 2, 3} : new int[] {0, 2, 1, 3};
        return text
                + each(
                        4,
                        i -> "%s.intoMemorySegment(ALL, keystream + %d, LITTLE_ENDIAN);"
                                .formatted(rows[order[i]], (set * 4 + i) * width.bytes));
    }

    private String xor() {
        return """

                    @Override
                    void xor(long keystream, long source, long target, int blocks) {
                        for (long at = 0; at < (long) blocks * 64; at += #V) {
                            IntVector.fromMemorySegment(INTS, ALL, source + at, LITTLE_ENDIAN)
                                    .lanewise(XOR,
                                            IntVector.fromMemorySegment(INTS, ALL, keystream + at, LITTLE_ENDIAN))
                                    .intoMemorySegment(ALL, target + at, LITTLE_ENDIAN);
                        }
                    }
                """;
    }

    private String key() {
        return """

                    @Override
                    void key(long state, long key) {
                """ + each(8, i -> """
                                IntVector.broadcast(INTS, RawMemory.getInt(key + %d))
                                        .intoMemorySegment(ALL, state + %d * ROW, LITTLE_ENDIAN);
                                """.formatted(4 * i, 4 + i)) + "}\n";
    }

    private String loadState(String declare) {
        return each(WORDS, i -> "%sx%d = %s;".formatted(declare, i, row(i)));
    }

    private static String row(int i) {
        return "IntVector.fromMemorySegment(INTS, ALL, state + %d * ROW, LITTLE_ENDIAN)".formatted(i);
    }

    /** Ten double rounds: columns, then diagonals. */
    private String rounds() {
        return "for (int round = 0; round < 10; round++) {\n"
                + each(4, i -> quarterRound(i, 4 + i, 8 + i, 12 + i))
                + each(4, i -> quarterRound(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4))
                + "}\n";
    }

    private static String quarterRound(int a, int b, int c, int d) {
        return quarterRound("x" + a, "x" + b, "x" + c, "x" + d);
    }

    private static String quarterRound(String a, String b, String c, String d) {
        return addXorRotate(a, b, d, 16)
                + addXorRotate(c, d, b, 12)
                + addXorRotate(a, b, d, 8)
                + addXorRotate(c, d, b, 7);
    }

    /** {@code a += b; d = (d ^ a) <<< distance}. */
    private static String addXorRotate(String a, String b, String d, int distance) {
        return """
                %1$s = %1$s.lanewise(ADD, %2$s);
                %3$s = %3$s.lanewise(XOR, %1$s).lanewise(ROL, %4$d);
                """.formatted(a, b, d, distance);
    }
}
