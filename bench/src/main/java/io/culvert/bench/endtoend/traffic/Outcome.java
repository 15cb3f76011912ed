// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

/**
 * What became of a load.
 *
 * @param seconds for which packets were sent
 * @param sent packets that the sender sent
 * @param arrived packets at the receiver
 * @param answered answers at the sender
 * @param roundTrips of the answered packets, in microseconds
 * @param jitterThere of each flow at the receiver, in microseconds
 * @param jitterBack of each flow's answers at the sender, in microseconds
 */
public record Outcome(
        double seconds,
        long sent,
        long arrived,
        long answered,
        double[] roundTrips,
        double[] jitterThere,
        double[] jitterBack) {
    /** The packets that did not arrive, in per cent of those sent. */
    public double lostPercent() {
        return 100.0 * Math.max(0, sent - arrived) / sent;
    }

    /** The packets that were not answered, in per cent of those sent. */
    public double unansweredPercent() {
        return 100.0 * Math.max(0, sent - answered) / sent;
    }
}
