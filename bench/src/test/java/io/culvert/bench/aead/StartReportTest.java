// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartReportTest {
    private static final int SLICES = 60;
    private static final long JCE = 90_000_000;
    private static final long FULL = 270_000_000;

    private static final Start GOOD = start(2_550, 80_000_000);
    private static final Start SLOW = start(2_550, 45_000_000);
    private static final Start LATE = start(4_200, JCE);
    private static final Start STUCK = start(0, JCE);
    private static final List<Start> JCES = List.of(start(0, JCE), start(0, JCE));

    /**
     * {@code before} bytes per slice from the fourth on, and {@link #FULL} after {@code changeOver} milliseconds unless
     * that is 0.
     */
    private static Start start(long changeOver, long before) {
        long[] bytes = new long[SLICES];
        int slicesBefore = changeOver == 0 ? SLICES : (int) (changeOver / Start.SLICE_MILLIS);
        Arrays.fill(bytes, 3, slicesBefore, before);
        Arrays.fill(bytes, slicesBefore, SLICES, FULL);
        return new Start(changeOver, bytes);
    }

    private static String print(Start... starts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new StartReport(List.of(starts), JCES).print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void printsALineForEachStart() {
        String text = print(GOOD, SLOW);

        assertThat(text)
                .containsPattern("1 +2\\.6 +2\\.55 +2\\.70 +0\\.89 +0\\.89\n")
                .containsPattern("2 +2\\.6 +2\\.55 +2\\.70 +0\\.50 +0\\.50\n");
    }

    @Test
    void countsStartsThatAreFastInTime() {
        assertThat(print(GOOD, GOOD, LATE, STUCK)).contains("80 % within 4 s: 2 of 4;");
    }

    /** A start that stays slow must not be judged by its own full speed, which it reaches at once. */
    @Test
    void stuckStartIsNotFast() {
        assertThat(print(GOOD, GOOD, STUCK)).contains("2 of 3;").containsPattern("3 +- +- +0\\.90 +1\\.00");
    }

    @Test
    void countsStartsThatAreNeverBelowJce() {
        assertThat(print(SLOW, LATE, STUCK)).contains("same age (0.9 of it): 2 of 3");
    }

    @Test
    void makesARunOfSecondsAndSlices() {
        Run run = new StartReport(List.of(GOOD, STUCK), JCES).run(Map.of("time", "2026-11-21T00:00:00Z"));

        assertThat(run.name()).isEqualTo("aead-starts-20261121T000000Z");
        assertThat(run.find("second 2", "culvert", "rate").orElseThrow().samples())
                .containsExactly(0.8, 0.9);
        assertThat(run.find("second 2", "jce", "rate").orElseThrow().samples()).containsExactly(0.9, 0.9);
        assertThat(run.find("until 0.4 s", "culvert", "slice").orElseThrow().samples())
                .containsExactly(0.8, 0.9);
        assertThat(run.find("start", "culvert", "change-over").orElseThrow().samples())
                .containsExactly(2.55);
        assertThat(run.machine()).containsEntry("never below 0.9 of JCE", "1 of 2");
    }

    @Test
    void startParsesItsText() {
        Start back = Start.parse(GOOD.text());

        assertThat(back.changeOver()).isEqualTo(GOOD.changeOver());
        assertThat(back.bytes()).isEqualTo(GOOD.bytes());
    }
}
