// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClockCheckTest {
    private static final long BEGIN = 1_800_000_000_000L;

    private long nanos;
    private final ClockCheck check = new ClockCheck(BEGIN, 0);

    private static long at(int minutes) {
        return BEGIN + Duration.ofMinutes(minutes).toMillis();
    }

    /** Lets a minute pass, after which the wall clock shows so many minutes since the begin. */
    private String shown(int minutes) {
        nanos += Duration.ofMinutes(1).toNanos();
        check.check(at(minutes), nanos);
        return check.problem();
    }

    @Test
    void clockThatGoesAsTimeDoesIsRight() {
        assertThat(shown(1)).isEmpty();
        assertThat(shown(2)).isEmpty();
    }

    @Test
    void clockThatIsCorrectedByLessThanTenMinutesIsRight() {
        assertThat(shown(10)).isEmpty();
        assertThat(shown(2)).isEmpty();
    }

    @Test
    void clockThatJumpsAheadIsNotBelievedHoweverLongItGoesOn() {
        assertThat(shown(30)).contains("has jumped ahead");
        assertThat(shown(31)).contains("has jumped ahead");
        assertThat(shown(32)).contains("has jumped ahead");
    }

    @Test
    void clockThatJumpsBackAfterwardsIsRight() {
        assertThat(shown(30)).isNotEmpty();
        assertThat(shown(2)).isEmpty();
        assertThat(shown(3)).isEmpty();
    }

    @Test
    void jumpIsBelievedOnceSomethingIsSignedAtThatTime() {
        assertThat(shown(30)).isNotEmpty();
        check.saw(at(15));
        assertThat(shown(31)).isNotEmpty();
        check.saw(at(28));
        assertThat(shown(32)).isEmpty();
    }

    @Test
    void aSecondJumpIsJudgedAnew() {
        assertThat(shown(30)).isNotEmpty();
        check.saw(at(30));
        assertThat(shown(31)).isEmpty();
        assertThat(shown(60)).contains("has jumped ahead");
    }

    @Test
    void clockBehindWhatHasPassedIsWrongUntilItIsSet() {
        check.saw(at(20));
        assertThat(shown(1)).contains("19 min behind");
        assertThat(shown(2)).contains("18 min behind");
        assertThat(shown(12)).isEmpty();
    }
}
