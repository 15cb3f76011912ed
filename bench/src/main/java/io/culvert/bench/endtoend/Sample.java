// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

/**
 * One figure of one measurement.
 *
 * @param metric such as {@code throughput}
 * @param unit such as {@code Gbit/s}
 * @param higherIsBetter whether more is better
 * @param value a finite number
 */
record Sample(String metric, String unit, boolean higherIsBetter, double value) {
    /** A metric where lower is better. */
    static Sample cost(String metric, String unit, double value) {
        return new Sample(metric, unit, false, value);
    }

    /** A metric where higher is better. */
    static Sample gain(String metric, String unit, double value) {
        return new Sample(metric, unit, true, value);
    }
}
