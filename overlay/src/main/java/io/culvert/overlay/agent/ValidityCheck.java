// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Member;
import java.time.Duration;
import java.time.Instant;

/**
 * Decides when all memberships are to be judged again: when one begins or ends, and when what they are judged by has
 * changed. It looks at that once a minute. On the loop.
 */
final class ValidityCheck {
    private static final long PERIOD_NANOS = Duration.ofSeconds(60).toNanos();

    private long lastNanos;
    private Membership judgedBy;
    /** No membership begins or ends before. */
    private Instant nextChange = Instant.MAX;

    /** Whether all are to be judged now; if so, the caller does it, and tells of each. */
    boolean isDue(long nanos, Membership membership) {
        if (nanos - lastNanos < PERIOD_NANOS) {
            return false;
        }
        lastNanos = nanos;
        boolean isDue = judgedBy == null
                || !judgedBy.isLike(membership)
                || membership.now().isBefore(judgedBy.now())
                || !membership.now().isBefore(nextChange);
        if (isDue) {
            judgedBy = membership;
            nextChange = Instant.MAX;
        }
        return isDue;
    }

    /** Tells of a membership that was judged. */
    void judged(Member member, Membership membership) {
        Instant next = membership.nextChange(member);
        if (next.isBefore(nextChange)) {
            nextChange = next;
        }
    }
}
