// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto.generator;

import static io.culvert.crypto.generator.Width.each;
import static io.culvert.crypto.generator.Width.range;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Poly1305, RFC 8439 section 2.5: in lockstep, one packet in each lane of 64 bits, and 32 bits of each in a vector. */
final class Poly1305Kernels {
    private final Width width;

    Poly1305Kernels(Width width) {
        this.width = width;
    }

    String source() {
        return transpose() + absorb() + finish() + powers() + absorbRun();
    }

    private String transpose() {
        return """

                    @Override
                    void transpose(long[] sources, int half, long offset, int blocks, long target) {
                        for (int block = 0; block < blocks; block++) {
                            long from = offset + (long) block * 64;
                            long to = target + (long) block * 8 * #V;
                            IntVector t;
                """
                + width.eachPart(part ->
                        each(width.longs, k -> """
                                IntVector x%d = IntVector.fromMemorySegment(
                                        INTS, ALL, sources[%d + half] + from + %d, LITTLE_ENDIAN);
                                """.formatted(part * width.longs + k, 2 * k, part * width.bytes)))
                + width.eachPart(part -> IntStream.iterate(1, bit -> bit < width.longs, bit -> 2 * bit)
                        .mapToObj(bit -> width.interleaveAll(part * width.longs, width.longs, bit, 2 * bit))
                        .collect(Collectors.joining()))
                + each(8, i -> "x%d.intoMemorySegment(ALL, to + %d, LITTLE_ENDIAN);".formatted(i, i * width.bytes))
                + """
                        }
                    }
                """;
    }

    /**
     * {@code x = x * r + m} for each block of both halves: the products of one half run while the other waits for its
     * carries.
     */
    private String absorb() {
        return """

                    @Override
                    void absorb(long poly, long message, long distance, int steps) {
                """
                + half("a", loadClamped("poly"))
                + half("b", loadClamped("poly + POLY_BYTES"))
                + """
                        long end = message + (long) steps * 2 * #V;
                        for (long at = message; at != end; at += 2 * #V) {
                """
                + half("a", absorbStep("at"))
                + half("b", absorbStep("at + distance"))
                + "}\n"
                + half("a", storeWords("poly"))
                + half("b", storeWords("poly + POLY_BYTES"))
                + "}\n";
    }

    private String absorbStep(String at) {
        return loadMessage(at) + carryWords() + multiplyWords(true) + each(5, i -> "x%d = d%d;".formatted(i, i));
    }

    private String finish() {
        return """

                    @Override
                    void finish(long poly, long message, int steps) {
                """
                + loadClamped("poly")
                + """
                        LongVector count = LongVector.fromMemorySegment(LONGS, ALL, poly + COUNT * ROW, LITTLE_ENDIAN);
                        for (int step = 0; step < steps; step++) {
                            long at = message + (long) step * 2 * #V;
                            VectorMask<Long> active = count.compare(GT, (long) step);
                """
                + loadMessage("at")
                + carryWords()
                + multiplyWords(true)
                + each(5, i -> "x%d = x%d.blend(d%d, active);".formatted(i, i, i))
                + "}\n"
                + "{\n"
                + carryWords()
                + multiplyWords(false)
                + each(5, i -> "x%d = d%d;".formatted(i, i))
                + "}\n"
                + carryWords()
                + reduce()
                + tag()
                + "}\n";
    }

    /** Renames the vectors in {@code text} for one half. */
    private static String half(String name, String text) {
        return named(name, "cdehmrsxy", text);
    }

    /** Prefixes the names in {@code text} that consist of one of {@code letters} and an optional digit. */
    private static String named(String prefix, String letters, String text) {
        return text.replaceAll("\\b([" + letters + "]\\d?)\\b", prefix + "$1");
    }

    /** Loads r as four words, computes 5/4 of the upper three, and loads the accumulator. */
    private String loadClamped(String poly) {
        return each(4, i -> """
                                LongVector r%d = LongVector.fromMemorySegment(
                                        LONGS, ALL, %s + (R + %d) * ROW, LITTLE_ENDIAN).and(0xffffffffL);
                                """.formatted(i, poly, i))
                + range(
                        1,
                        4,
                        i -> "LongVector s%d = r%d.add(r%d.lanewise(LSHR, 2)).and(0xffffffffL);".formatted(i, i, i))
                + each(5, i -> """
                                LongVector x%d = LongVector.fromMemorySegment(
                                        LONGS, ALL, %s + (X + %d) * ROW, LITTLE_ENDIAN);
                                """.formatted(i, poly, i));
    }

    private String loadMessage(String at) {
        return """
                LongVector m0 = LongVector.fromMemorySegment(LONGS, ALL, AT, LITTLE_ENDIAN);
                LongVector m1 = LongVector.fromMemorySegment(LONGS, ALL, AT + #V, LITTLE_ENDIAN);
                """.replace("AT", at);
    }

    private String storeWords(String poly) {
        return each(5, i -> "x%d.intoMemorySegment(ALL, %s + (X + %d) * ROW, LITTLE_ENDIAN);".formatted(i, poly, i));
    }

    /** Propagates carries in x once, into words below 2^32 and h4 of at most 4; Kernels states the bounds. */
    private String carryWords() {
        return """
                LongVector e = x4.add(x3.lanewise(LSHR, 32));
                LongVector y0 = x0.add(e.and(0xfffffffcL)).add(e.lanewise(LSHR, 2));
                LongVector h0 = y0.and(0xffffffffL);
                LongVector y1 = x1.add(y0.lanewise(LSHR, 32));
                LongVector h1 = y1.and(0xffffffffL);
                LongVector y2 = x2.add(y1.lanewise(LSHR, 32));
                LongVector h2 = y2.and(0xffffffffL);
                LongVector y3 = x3.and(0xffffffffL).add(y2.lanewise(LSHR, 32));
                LongVector h3 = y3.and(0xffffffffL);
                LongVector h4 = e.and(3L).add(y3.lanewise(LSHR, 32)).and(7L);
                """;
    }

    /**
     * {@code d = h * r + m}: word k of the product is the sum of h[i] * r[j] for i + j = k, and of h[i] * 5/4 r[j] for
     * i + j = k + 4, as 2^130 = 5 (mod p) and the upper words of r have their lower two bits clear.
     */
    private String multiplyWords(boolean message) {
        String start = message ? """
                LongVector d3 = m1.lanewise(LSHR, 32).add(h0.mul(r3));
                LongVector d0 = m0.and(0xffffffffL).add(h0.mul(r0));
                LongVector d1 = m0.lanewise(LSHR, 32).add(h0.mul(r1));
                LongVector d2 = m1.and(0xffffffffL).add(h0.mul(r2));
                LongVector d4 = h4.mul(r0).add(1L);
                """ : """
                LongVector d3 = h0.mul(r3);
                LongVector d0 = h0.mul(r0);
                LongVector d1 = h0.mul(r1);
                LongVector d2 = h0.mul(r2);
                LongVector d4 = h4.mul(r0);
                """;
        return start + """
                d3 = d3.add(h1.mul(r2)).add(h2.mul(r1)).add(h3.mul(r0).add(h4.mul(s3)));
                d0 = d0.add(h1.mul(s3)).add(h2.mul(s2)).add(h3.mul(s1));
                d1 = d1.add(h1.mul(r0)).add(h2.mul(s3)).add(h3.mul(s2).add(h4.mul(s1)));
                d2 = d2.add(h1.mul(r1)).add(h2.mul(r0)).add(h3.mul(s3).add(h4.mul(s2)));
                """;
    }

    /** Reduces carried words modulo p = 2^130 - 5, to 128 bits and without a branch (h - p = h + 5 - 2^130). */
    private String reduce() {
        return """
                LongVector g0 = h0.add(5L);
                LongVector g1 = h1.add(g0.lanewise(LSHR, 32));
                LongVector g2 = h2.add(g1.lanewise(LSHR, 32));
                LongVector g3 = h3.add(g2.lanewise(LSHR, 32));
                LongVector below = h4.add(g3.lanewise(LSHR, 32)).sub(4L).lanewise(ASHR, 63);
                LongVector above = below.lanewise(NOT);
                LongVector low = h0.or(h1.lanewise(LSHL, 32)).and(below)
                        .or(g0.and(0xffffffffL).or(g1.lanewise(LSHL, 32)).and(above));
                LongVector high = h2.or(h3.lanewise(LSHL, 32)).and(below)
                        .or(g2.and(0xffffffffL).or(g3.lanewise(LSHL, 32)).and(above));
                """;
    }

    /** {@code (h + s) mod 2^128}, as two words. */
    private String tag() {
        return """
                LongVector sLow = LongVector.fromMemorySegment(LONGS, ALL, poly + S * ROW, LITTLE_ENDIAN);
                LongVector sHigh = LongVector.fromMemorySegment(LONGS, ALL, poly + (S + 1) * ROW, LITTLE_ENDIAN);
                LongVector sum = low.add(sLow);
                LongVector overflow = low.and(sLow).or(low.or(sLow).and(sum.lanewise(NOT))).lanewise(LSHR, 63);
                sum.intoMemorySegment(ALL, poly + TAG * ROW, LITTLE_ENDIAN);
                high.add(sHigh).add(overflow).intoMemorySegment(ALL, poly + (TAG + 1) * ROW, LITTLE_ENDIAN);
                """;
    }

    private String absorbRun() {
        return """

                    @Override
                    void absorbRun(long poly, long message, int steps) {
                """
                + each(5, i -> "LongVector x%d = LongVector.zero(LONGS);".formatted(i))
                + loadLimbs("p", "R")
                + factors("LongVector ", "p")
                + """
                        long end = message + (long) steps * 2 * #V;
                        for (long at = message; at != end; at += 2 * #V) {
                            IntVector i0 = IntVector.fromMemorySegment(INTS, ALL, at, LITTLE_ENDIAN);
                            IntVector i1 = IntVector.fromMemorySegment(INTS, ALL, at + #V, LITTLE_ENDIAN);
                            IntVector t;
                """
                + width.interleave("i0", "i1", 2)
                + """
                        LongVector m0 = i0.reinterpretAsLongs();
                        LongVector m1 = i1.reinterpretAsLongs();
                """
                + carry()
                + multiply(true)
                + each(5, i -> "x%d = d%d;".formatted(i, i))
                + "}\n"
                + loadLimbs("q", "Q")
                + factors("", "q")
                + "{\n" + carry() + multiply(false) + each(5, i -> "x%d = d%d;".formatted(i, i)) + "}\n"
                + carry()
                + storeLimbs("a", "X")
                + "}\n";
    }

    /**
     * Computes p, r to the power of the number of lanes, in all lanes, and q, in each lane the power for its last
     * block. By squaring: while p goes through the powers 1, 2, 4, a lane multiplies q by p if its exponent less one
     * has that bit.
     *
     * <p>A kernel of its own: as one with {@link #absorbRun}, C2 took twice the memory of any other for it.
     */
    private String powers() {
        String limbs = each(5, i -> "LongVector a%1$d = q%1$d.and(0xffffffffL);".formatted(i));
        return """

                    @Override
                    void powers(long poly) {
                """
                + each(5, i -> """
                                LongVector p%1$d = LongVector.broadcast(
                                        LONGS, RawMemory.getLong(poly + (R + %1$d) * ROW));
                                LongVector q%1$d = p%1$d;
                                """.formatted(i))
                + "for (int bit = 1; bit < #L; bit <<= 1) {\n"
                + "VectorMask<Long> takes = EXPONENTS.and(bit).compare(GT, 0L);\n"
                + factors("LongVector ", "p")
                + limbs
                + named("q", "d", multiply(false))
                + named("p", "d", multiply(false).replaceAll("\\ba(?=\\d)", "r"))
                + named("v", "acy", carry().replaceAll("\\bx(?=\\d)", "qd"))
                + named("w", "acy", carry().replaceAll("\\bx(?=\\d)", "pd"))
                + each(5, i -> "q%1$d = q%1$d.blend(va%1$d, takes);\np%1$d = wa%1$d;".formatted(i))
                + "}\n"
                + storeLimbs("p", "R")
                + storeLimbs("q", "Q")
                + "}\n";
    }

    private String loadLimbs(String name, String row) {
        return each(5, i -> """
                                LongVector %s%d = LongVector.fromMemorySegment(
                                        LONGS, ALL, poly + (%s + %d) * ROW, LITTLE_ENDIAN);
                                """.formatted(name, i, row, i));
    }

    private String storeLimbs(String name, String row) {
        return each(
                5,
                i -> "%s%d.intoMemorySegment(ALL, poly + (%s + %d) * ROW, LITTLE_ENDIAN);".formatted(name, i, row, i));
    }

    /** The limbs of a number, and five times the upper four. */
    private String factors(String declare, String name) {
        return each(5, i -> "%sr%d = %s%d.and(0xffffffffL);".formatted(declare, i, name, i))
                + range(
                        1,
                        5,
                        i -> "%1$ss%2$d = r%2$d.add(r%2$d.lanewise(LSHL, 2)).and(0xffffffffL);".formatted(declare, i));
    }

    /**
     * Propagates carries in x once, into factors; limb 1 may exceed 26 bits slightly. This comes before the
     * multiplication of a step, not after it: C2 schedules a loop body by the critical path of its results, and would
     * start with the chain of carries while the multipliers are idle.
     */
    private String carry() {
        return """
                LongVector a0 = x0.lanewise(AND, LongVector.broadcast(LONGS, 0x3ffffffL));
                LongVector y1 = x1.lanewise(ADD, x0.lanewise(LSHR, 26));
                LongVector a1 = y1.and(0x3ffffffL);
                LongVector y2 = x2.lanewise(ADD, y1.lanewise(LSHR, 26));
                LongVector a2 = y2.and(0x3ffffffL);
                LongVector y3 = x3.lanewise(ADD, y2.lanewise(LSHR, 26));
                LongVector a3 = y3.and(0x3ffffffL);
                LongVector y4 = x4.lanewise(ADD, y3.lanewise(LSHR, 26));
                LongVector a4 = y4.and(0x3ffffffL);
                LongVector c = y4.lanewise(LSHR, 26);
                a0 = a0.add(c).add(c.lanewise(LSHL, 2));
                a1 = a1.add(a0.lanewise(LSHR, 26)).and(0xffffffffL);
                a0 = a0.and(0x3ffffffL);
                """;
    }

    /**
     * {@code d = a * r + m}: limb k of the product is the sum of a[i] * r[j] for i + j = k, and of a[i] * 5 r[j] for
     * i + j = k + 5, as 2^130 = 5 (mod p). The message is added in pieces of 52, 52 and 25 bits, at limbs 0, 2 and 4.
     *
     * <p>Each factor is an AND with a literal of at most 32 bits, directly at the multiplication: so C2 knows that the
     * upper halves are zero, and uses VPMULUDQ in place of VPMULLQ, which takes three times as long. The sums start
     * with the limbs that the carry finishes first.
     */
    private String multiply(boolean message) {
        return (message ? """
                          LongVector d0 = m0.and(0xfffffffffffffL).add(a2.mul(s3));
                          LongVector d1 = a2.mul(s4);
                          LongVector d2 = m0.lanewise(LSHR, 52).or(m1.lanewise(LSHL, 12))
                                  .and(0xfffffffffffffL).add(a2.mul(r0));
                          LongVector d3 = a2.mul(r1);
                          LongVector d4 = m1.lanewise(LSHR, 40).add(1L << 24).add(a2.mul(r2));
                          """ : each(5, k -> "LongVector d%d = a2.mul(%s);".formatted(k, factor(k, 2))))
                + each(
                        5,
                        k -> "d%d = d%d.add(a3.mul(%s)).add(a4.mul(%s)).add(a0.mul(%s).add(a1.mul(%s)));"
                                .formatted(k, k, factor(k, 3), factor(k, 4), factor(k, 0), factor(k, 1)));
    }

    /** The factor of a[i] for limb k of the product. */
    private static String factor(int k, int i) {
        return k >= i ? "r" + (k - i) : "s" + (k + 5 - i);
    }
}
