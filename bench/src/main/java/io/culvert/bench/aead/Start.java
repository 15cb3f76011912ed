package io.culvert.bench.aead;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a fresh JVM sealed, slice by slice of its life.
 *
 * @param changeOver its age in milliseconds when the first train came from the vector kernels; 0 when none did
 * @param bytes plaintext sealed in each slice
 */
record Start(long changeOver, long[] bytes) {
    static final int SLICE_MILLIS = 100;
    static final int SLICES_A_SECOND = 1_000 / SLICE_MILLIS;

    private static final double NANOS = SLICE_MILLIS * 1e6;

    /** As {@link #parse} reads it. */
    String inWords() {
        return changeOver + " " + Arrays.stream(bytes).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    /**
     * The reverse of {@link #inWords}.
     *
     * @throws NumberFormatException when it is no such thing
     */
    static Start parse(String words) {
        long[] numbers =
                Arrays.stream(words.split(" ")).mapToLong(Long::parseLong).toArray();
        return new Start(numbers[0], Arrays.copyOfRange(numbers, 1, numbers.length));
    }

    boolean isChanged() {
        return changeOver != 0;
    }

    int slices() {
        return bytes.length;
    }

    /** GB/s in one slice. */
    double rate(int slice) {
        return bytes[slice] / NANOS;
    }

    /** GB/s in a second of its life, counted from 0. */
    double second(int second) {
        return IntStream.range(second * SLICES_A_SECOND, (second + 1) * SLICES_A_SECOND)
                .mapToDouble(this::rate)
                .average()
                .orElseThrow();
    }

    /** GB/s in the last second: the median of its slices, which a disturbance does not move. */
    double fullSpeed() {
        double[] last = IntStream.range(slices() - SLICES_A_SECOND, slices())
                .mapToDouble(this::rate)
                .sorted()
                .toArray();
        return (last[last.length / 2 - 1] + last[last.length / 2]) / 2;
    }

    /** The first slice of at least so many GB/s; empty when there is none. */
    OptionalInt firstAt(double rate) {
        return IntStream.range(0, slices()).filter(slice -> rate(slice) >= rate).findFirst();
    }

    /** How many slices were over when the vector kernels took over; all of them when they did not. */
    int slicesBefore() {
        return isChanged() ? (int) (changeOver / SLICE_MILLIS) : slices();
    }
}
