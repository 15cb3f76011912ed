// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.topology.Participant;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Which nodes belong to the network now.
 *
 * @param now by the wall clock
 * @param isClockGood whether that can be believed; if not, who belongs to it stays, and nobody is added
 * @param isStoreReached whether the store would have told of a longer membership
 * @param grace how long a membership lasts beyond its end while the store is out of reach
 */
record Membership(Instant now, boolean isClockGood, boolean isStoreReached, Duration grace) {
    /**
     * The node as a participant.
     *
     * @param isTaken whether it is one already
     */
    Optional<Participant> of(KnownNode node, boolean isTaken) {
        return node != null && node.isComplete() && belongs(node.member, isTaken)
                ? Optional.of(new Participant(node.member, node.node))
                : Optional.empty();
    }

    /** This node as a participant; its own membership's end is for the others to judge. */
    Optional<Participant> ofSelf(KnownNode node) {
        return node != null && node.isComplete() && node.member.role() != Role.REVOKED
                ? Optional.of(new Participant(node.member, node.node))
                : Optional.empty();
    }

    private boolean belongs(Member member, boolean isTaken) {
        if (member.role() == Role.REVOKED) {
            return false;
        }
        if (!isClockGood) {
            return isTaken;
        }
        if (now.isBefore(member.notBefore().minus(ClockCheck.TOLERANCE))) {
            return false;
        }
        Instant end = isStoreReached || !isTaken
                ? member.notAfter()
                : member.notAfter().plus(grace);
        return now.isBefore(end);
    }

    /** Whether it judges as another one does, but for the time and for members that are {@link #inGrace}. */
    boolean isLike(Membership other) {
        return isClockGood == other.isClockGood && grace.equals(other.grace);
    }

    /** Whether a member belongs to the network only while the store is out of reach. */
    boolean inGrace(Member member) {
        return member.role() != Role.REVOKED
                && !now.isBefore(member.notAfter())
                && now.isBefore(member.notAfter().plus(grace));
    }

    /** The next time at which a node may begin or cease to belong to the network. */
    Instant nextChange(Member member) {
        Instant begin = member.notBefore().minus(ClockCheck.TOLERANCE);
        if (now.isBefore(begin)) {
            return begin;
        }
        if (now.isBefore(member.notAfter())) {
            return member.notAfter();
        }
        Instant end = member.notAfter().plus(grace);
        return now.isBefore(end) ? end : Instant.MAX;
    }
}
