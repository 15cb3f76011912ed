// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.time.Duration;

/**
 * How many peers may go because the store no longer has their records, which nobody signs: in each minute a part
 * of the peers that there were at its begin (5 % unless the network says otherwise), and at least one. So half of
 * 1,000 peers still stand 14 minutes after a store was emptied, which shows in {@code status} and in metrics from the
 * first minute on. One thread.
 */
final class RemovalBudget {
    static final Duration WINDOW = Duration.ofMinutes(1);

    private long windowStart;
    private int left;

    RemovalBudget(long nowNanos) {
        windowStart = nowNanos - WINDOW.toNanos();
    }

    /** Whether one more may go. */
    boolean take(long nowNanos, int peers, int percent) {
        if (nowNanos - windowStart >= WINDOW.toNanos()) {
            windowStart = nowNanos;
            left = Math.max(1, (int) ((long) peers * percent / 100));
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
