// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto.generator;

import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A vector width, and the text of kernels that depends on it. */
final class Width {
    private static final int BLOCK_BYTES = 64;

    final int bits;
    final int bytes;
    final int ints;
    final int longs;
    /** Rows of four words in one vector. */
    final int quads;

    private final int vectorsPerBlock;

    Width(int bits) {
        this.bits = bits;
        this.bytes = bits / 8;
        this.ints = bits / 32;
        this.longs = bits / 64;
        this.quads = bits / 128;
        this.vectorsPerBlock = BLOCK_BYTES / bytes;
    }

    /** Replaces the placeholders for the width's numbers. */
    String fill(String text) {
        return text.replace("#B", Integer.toString(bits))
                .replace("#V", Integer.toString(bytes))
                .replace("#I", Integer.toString(ints))
                .replace("#L", Integer.toString(longs));
    }

    String interleaveConstants(int bit) {
        String text = bits == 512 ? """
                            private static final IntVector LOW_# = interleaveLow(INTS, #);
                            private static final IntVector HIGH_# = interleaveHigh(INTS, #);
                        """ : """
                            private static final VectorShuffle<Integer> SWAP_# = VectorShuffle.fromOp(INTS, l -> l ^ #);
                            private static final VectorMask<Integer> ODD_# = lanesWithBit(INTS, #);
                        """;
        return text.replaceAll("#(?![BVIL])", Integer.toString(bit));
    }

    /**
     * One stage over {@code count} vectors from {@code first}: interleaves pairs whose indices differ in {@code bit}.
     */
    String interleaveAll(int first, int count, int bit, int laneBit) {
        return IntStream.range(0, count)
                .filter(i -> (i & bit) == 0)
                .mapToObj(i -> interleave("x" + (first + i), "x" + (first + i + bit), laneBit))
                .collect(Collectors.joining());
    }

    String interleave(String i, String j, int laneBit) {
        String text = bits == 512 ? """
                        t = LOW_#.selectFrom(xI, xJ);
                        xJ = HIGH_#.selectFrom(xI, xJ);
                        xI = t;
                        """ : """
                        t = xI.blend(xJ.rearrange(SWAP_#), ODD_#);
                        xJ = xI.rearrange(SWAP_#).blend(xJ, ODD_#);
                        xI = t;
                        """;
        return text.replace("xI", i).replace("xJ", j).replace("_#", "_" + laneBit);
    }

    String eachPart(IntFunction<String> line) {
        return each(vectorsPerBlock, line);
    }

    String laneBits(IntFunction<String> line) {
        return IntStream.iterate(1, bit -> bit < ints, bit -> 2 * bit)
                .mapToObj(line)
                .collect(Collectors.joining());
    }

    static String each(int count, IntFunction<String> line) {
        return range(0, count, line);
    }

    static String range(int from, int to, IntFunction<String> line) {
        return IntStream.range(from, to)
                .mapToObj(line)
                .map(text -> text.endsWith("\n") ? text : text + "\n")
                .collect(Collectors.joining());
    }
}
