// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValidityCheckTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration GRACE = Duration.ofHours(72);
    private static final int DAYS = 90;

    private final ValidityCheck check = new ValidityCheck();
    private long nanos;

    private static Member member(Role role) {
        return new Member(
                "net",
                "a",
                1,
                new Key(new byte[Key.BYTES]),
                List.of(Prefix.of("10.64.0.0/24")),
                Map.of(),
                role,
                BEGIN,
                BEGIN.plus(Duration.ofDays(DAYS)));
    }

    private static Membership membership(Duration age, boolean isClockGood, boolean isStoreReached) {
        return new Membership(BEGIN.plus(age), isClockGood, isStoreReached, GRACE);
    }

    /** A look, two minutes after the last one. */
    private boolean isDue(Membership membership) {
        nanos += Duration.ofMinutes(2).toNanos();
        return check.isDue(nanos, membership);
    }

    /** Nobody's membership ends sooner or later by that: a store that comes and goes costs no walk over all nodes. */
    @Test
    void storeThatIsLostOrFoundChangesNothingForMembersWhoseTimeIsNotOver() {
        check.judged(member(Role.NODE), membership(Duration.ofDays(1), true, true));
        assertThat(isDue(membership(Duration.ofDays(2), true, false))).isFalse();
        assertThat(isDue(membership(Duration.ofDays(3), true, true))).isFalse();
    }

    @Test
    void storeThatIsLostOrFoundCountsForAMemberInItsGrace() {
        check.judged(member(Role.NODE), membership(Duration.ofDays(DAYS + 1), true, false));
        assertThat(isDue(membership(Duration.ofDays(DAYS + 2), true, false))).isFalse();
        assertThat(isDue(membership(Duration.ofDays(DAYS + 2), true, true))).isTrue();
    }

    @Test
    void revokedMemberHasNoGrace() {
        check.judged(member(Role.REVOKED), membership(Duration.ofDays(DAYS + 1), true, false));
        assertThat(isDue(membership(Duration.ofDays(DAYS + 2), true, true))).isFalse();
    }

    @Test
    void endOfAMembershipAndThatOfItsGraceAreDue() {
        Membership atFirst = membership(Duration.ofDays(1), true, false);
        check.judged(member(Role.NODE), atFirst);
        assertThat(isDue(membership(Duration.ofDays(DAYS).minusSeconds(1), true, false)))
                .isFalse();
        Membership atEnd = membership(Duration.ofDays(DAYS), true, false);
        assertThat(isDue(atEnd)).isTrue();
        check.judged(member(Role.NODE), atEnd);
        assertThat(isDue(membership(Duration.ofDays(DAYS + 3).minusSeconds(1), true, false)))
                .isFalse();
        assertThat(isDue(membership(Duration.ofDays(DAYS + 3), true, false))).isTrue();
    }

    /** A node that came while the clock was wrong was not taken; the clock was right before, and is again. */
    @Test
    void thoseJudgedWhileTheClockWasWrongAreJudgedAgain() {
        check.judged(member(Role.NODE), membership(Duration.ofDays(1), true, true));
        check.judged(member(Role.NODE), membership(Duration.ofDays(1), false, true));
        assertThat(isDue(membership(Duration.ofDays(1), true, true))).isTrue();
        assertThat(isDue(membership(Duration.ofDays(1), true, true))).isFalse();
    }

    @Test
    void clockThatIsLostOrWentBackCounts() {
        check.judged(member(Role.NODE), membership(Duration.ofDays(2), true, true));
        assertThat(isDue(membership(Duration.ofDays(1), true, true))).isTrue();
        assertThat(isDue(membership(Duration.ofDays(1), false, true))).isTrue();
    }
}
