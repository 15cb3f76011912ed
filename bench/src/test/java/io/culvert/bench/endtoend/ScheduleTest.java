package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void beginsWithWhatWasThought() {
        assertThat(new Schedule(90)).hasToString("1 min 30 s left");
        assertThat(new Schedule(7260)).hasToString("2 h 01 min left");
    }

    @Test
    void goesByWhatPartsTook() {
        Schedule schedule = new Schedule(100);
        schedule.add(50, 100);
        // It has run for 100 s where 50 s were thought; the thought counts as if 10 s more had gone as thought.
        assertThat(schedule.secondsLeft()).isCloseTo(50 * 110.0 / 60, within(0.01));
    }

    @Test
    void isNeverBelowZero() {
        Schedule schedule = new Schedule(10);
        schedule.add(20, 20);
        assertThat(schedule).hasToString("0 min 00 s left");
        assertThat(new Schedule(0).secondsLeft()).isZero();
    }
}
