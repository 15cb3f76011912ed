package io.culvert.bench.endtoend;

/**
 * One figure of one measurement.
 *
 * @param metric what was measured, such as {@code throughput}
 * @param unit such as {@code Gbit/s}
 * @param higherIsBetter which way is better
 * @param value a finite number
 */
record Sample(String metric, String unit, boolean higherIsBetter, double value) {
    /** A figure of which less is better. */
    static Sample cost(String metric, String unit, double value) {
        return new Sample(metric, unit, false, value);
    }

    /** A figure of which more is better. */
    static Sample gain(String metric, String unit, double value) {
        return new Sample(metric, unit, true, value);
    }
}
