// SPDX-License-Identifier: Apache-2.0
package io.culvert.laws;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * The random values of one case. Seed and size decide them: the same two give the same values again.
 *
 * <p>At {@link #FULL} size a number comes from its whole range, and a list has any of its lengths. At smaller sizes the
 * range shrinks logarithmically towards the number in it that is nearest to zero, and likewise the lengths. Choices
 * between alternatives do not depend on the size. One number in eight is a boundary: an end of the range, zero, or a
 * neighbour of these. One in four has a random number of bits, so that small numbers of a large range occur.
 */
public final class Draw {
    static final int FULL = 100;

    private final SplittableRandom random;
    private final int size;
    private final List<String> drawn = new ArrayList<>();
    private int depth;

    Draw(long seed, int size) {
        this.random = new SplittableRandom(seed);
        this.size = size;
    }

    /** The values drawn so far, in order, as text. */
    String drawn() {
        return String.join(", ", drawn);
    }

    /** Any int. */
    public int integer() {
        return integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** A number from {@code min} to {@code max}, both included. */
    public int integer(int min, int max) {
        return (int) longInteger(min, max);
    }

    /** Any long. */
    public long longInteger() {
        return longInteger(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** A number from {@code min} to {@code max}, both included. */
    public long longInteger(long min, long max) {
        long origin = Math.clamp(0, min, max);
        long low = size == FULL ? min : origin - shrunk((double) origin - min);
        long high = size == FULL ? max : origin + shrunk((double) max - origin);
        long near = origin + (random.nextLong() >> random.nextInt(Long.SIZE));
        long[] boundaries = {low, low + 1, high - 1, high, origin - 1, origin, origin + 1};
        return note(
                switch (random.nextInt(8)) {
                    case 0 -> Math.clamp(boundaries[random.nextInt(boundaries.length)], low, high);
                    case 1, 2 -> near >= low && near <= high ? near : uniform(low, high);
                    default -> uniform(low, high);
                });
    }

    private long shrunk(double span) {
        return (long) (Math.pow(span + 1, (double) size / FULL) - 1);
    }

    private long uniform(long low, long high) {
        if (high < Long.MAX_VALUE) {
            return random.nextLong(low, high + 1);
        }
        return low > Long.MIN_VALUE ? random.nextLong(low - 1, high) + 1 : random.nextLong();
    }

    /** A number from {@code min} to {@code max}, both included; the range shrinks towards {@code min}. */
    public double decimal(double min, double max) {
        double high = size == FULL ? max : min + (max - min) * size / FULL;
        return note(
                switch (random.nextInt(16)) {
                    case 0 -> min;
                    case 1 -> high;
                    default -> Math.min(high, min + (high - min) * random.nextDouble());
                });
    }

    /** False or true, equally often. */
    public boolean bool() {
        return note(random.nextBoolean());
    }

    /** One of the values, each equally often. */
    @SafeVarargs
    public final <T> T of(T... values) {
        return note(values[random.nextInt(values.length)]);
    }

    /** True {@code numerator} times in {@code denominator}. */
    public boolean chance(int numerator, int denominator) {
        return note(random.nextInt(denominator) < numerator);
    }

    /** A list of {@code min} to {@code max} elements. */
    public <T> List<T> list(int min, int max, Supplier<T> element) {
        return value(() -> {
            int count = integer(min, max);
            List<T> list = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                list.add(element.get());
            }
            return list;
        });
    }

    /** An array of {@code min} to {@code max} bytes. */
    public byte[] bytes(int min, int max) {
        return value(() -> {
            byte[] bytes = new byte[integer(min, max)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) integer(Byte.MIN_VALUE, Byte.MAX_VALUE);
            }
            return bytes;
        });
    }

    /** At most {@code max} UTF-16 units of any value, unpaired surrogates included. */
    public String text(int max) {
        return value(() -> String.join("", list(0, max, () -> Character.toString(integer(0, 0xffff)))));
    }

    /** A value made from others, which the report shows instead of them. */
    public <T> T value(Supplier<T> maker) {
        depth++;
        T value = maker.get();
        depth--;
        return note(value);
    }

    private <T> T note(T value) {
        if (depth == 0) {
            drawn.add(value instanceof byte[] bytes ? '[' + HexFormat.of().formatHex(bytes) + ']' : "" + value);
        }
        return value;
    }
}
