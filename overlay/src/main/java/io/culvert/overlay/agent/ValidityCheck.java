// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Member;
import java.time.Duration;
import java.time.Instant;

/**
 * Decides when all memberships are to be judged again: when one begins or ends, when the clock is lost or found, and
 * when the store is if a member is in its grace. It looks at that once a minute. On the loop.
 */
final class ValidityCheck {
    private static final long PERIOD_NANOS = Duration.ofSeconds(60).toNanos();

    private long lastNanos;
    /** Null before any member was judged. */
    private Membership judgedBy;
    /** No membership begins or ends before. */
    private Instant nextChange = Instant.MAX;
    /** A member belongs to the network only while the store is out of reach. */
    private boolean isGraceInUse;
    /** A member was judged in another way than the others. */
    private boolean isMixed;

    /** Whether all are to be judged now; if so, the caller does it, and tells of each. */
    boolean isDue(long nanos, Membership membership) {
        if (nanos - lastNanos < PERIOD_NANOS) {
            return false;
        }
        lastNanos = nanos;
        boolean isDue = judgedBy != null
                && (isMixed
                        || !isLike(membership, isGraceInUse)
                        || membership.now().isBefore(judgedBy.now())
                        || !membership.now().isBefore(nextChange));
        if (isDue) {
            judgedBy = membership;
            nextChange = Instant.MAX;
            isGraceInUse = false;
            isMixed = false;
        }
        return isDue;
    }

    private boolean isLike(Membership membership, boolean isOfGrace) {
        return judgedBy.isLike(membership) && !(isOfGrace && judgedBy.isStoreReached() != membership.isStoreReached());
    }

    /** Tells of a membership that was judged. */
    void judged(Member member, Membership membership) {
        if (judgedBy == null) {
            judgedBy = membership;
        }
        Instant next = membership.nextChange(member);
        if (next.isBefore(nextChange)) {
            nextChange = next;
        }
        boolean isOfGrace = membership.inGrace(member);
        isGraceInUse |= isOfGrace;
        isMixed |= !isLike(membership, isOfGrace);
    }
}
