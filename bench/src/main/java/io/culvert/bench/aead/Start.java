// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The bytes that a new JVM sealed, by time slice since its start.
 *
 * @param changeOver the age of the JVM in milliseconds when the vector kernels sealed the first train; 0 if they never
 *     did
 * @param bytes plaintext sealed in each slice
 */
record Start(long changeOver, long[] bytes) {
    static final int SLICE_MILLIS = 100;
    static final int SLICES_A_SECOND = 1_000 / SLICE_MILLIS;

    private static final double NANOS = SLICE_MILLIS * 1e6;

    /** The text that {@link #parse} reads. */
    String text() {
        return changeOver + " " + Arrays.stream(bytes).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    /**
     * The reverse of {@link #text}.
     *
     * @throws NumberFormatException if the text is malformed
     */
    static Start parse(String text) {
        long[] numbers =
                Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
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

    /** GB/s in a second since its start, counted from 0. */
    double second(int second) {
        return IntStream.range(second * SLICES_A_SECOND, (second + 1) * SLICES_A_SECOND)
                .mapToDouble(this::rate)
                .average()
                .orElseThrow();
    }

    /** GB/s in the last second: the median of its slices, which outliers do not affect. */
    double fullSpeed() {
        double[] last = IntStream.range(slices() - SLICES_A_SECOND, slices())
                .mapToDouble(this::rate)
                .sorted()
                .toArray();
        return (last[last.length / 2 - 1] + last[last.length / 2]) / 2;
    }

    /** The first slice with at least {@code rate} GB/s; empty if no slice has. */
    OptionalInt firstAt(double rate) {
        return IntStream.range(0, slices()).filter(slice -> rate(slice) >= rate).findFirst();
    }

    /** The number of slices before the vector kernels took over; all slices if they never did. */
    int slicesBefore() {
        return isChanged() ? (int) (changeOver / SLICE_MILLIS) : slices();
    }
}
