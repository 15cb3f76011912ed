// SPDX-License-Identifier: Apache-2.0
package io.culvert.laws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LawsTest {
    private static final Pattern REPLAY =
            Pattern.compile("-Dculvert\\.property\\.seed=(-?\\d+L) -Dculvert\\.property\\.size=(\\d+)");

    /** Fails for lists of at least ten elements. */
    private static void listIsShort(Draw draw) {
        assertThat(draw.list(0, 1000, draw::integer)).hasSizeLessThan(10);
    }

    private static AssertionError failure(String seed, String size, Laws.Law law) {
        return catchThrowableOfType(AssertionError.class, () -> Laws.check("Some#test", seed, size, 1000, law));
    }

    private static Matcher replay(AssertionError failure) {
        Matcher replay = REPLAY.matcher(failure.getMessage());
        assertThat(replay.find()).as(failure.getMessage()).isTrue();
        return replay;
    }

    /** A number that practically differs between seeds. */
    private static long seedOf(Draw draw) {
        return draw.list(20, 20, draw::longInteger).hashCode();
    }

    @Test
    void seedIsRandomUnlessGiven() {
        assumeThat(System.getProperty(Laws.SEED)).isNull();
        List<Long> values = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            Laws.check(1, draw -> values.add(seedOf(draw)));
            Laws.check(7L, 1, draw -> values.add(seedOf(draw)));
        }
        assertThat(values.get(2)).isNotEqualTo(values.get(0));
        assertThat(values.get(3)).isEqualTo(values.get(1));
    }

    @Test
    void failureReportsTestCaseValuesAndCause() {
        AssertionError failure = failure("5L", null, draw -> {
            byte[] bytes = draw.bytes(2, 2);
            boolean negative = draw.of(true);
            bytes[0] = 9;
            throw new IllegalStateException("broken " + negative);
        });
        assertThat(failure).hasCauseInstanceOf(IllegalStateException.class).hasMessage("""
                        Some#test failed in case 1 of 1000. The smallest case found is of size 0:
                          drawn: [0000], true
                          replay: -Dtest='Some#test' -Dculvert.property.seed=5L -Dculvert.property.size=0
                          cause: java.lang.IllegalStateException: broken true""");
    }

    @Test
    void reportNamesTheCallingTest() {
        assertThatThrownBy(() -> failByCaller())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dtest='LawsTest#failByCaller' ");
    }

    private static void failByCaller() {
        Laws.check(draw -> assertThat(draw.integer()).isNull());
    }

    @Test
    void failureShrinks() {
        for (int seed = 0; seed < 50; seed++) {
            List<Integer> lengths = new ArrayList<>();
            failure("" + seed * 1_000_000L, null, draw -> {
                List<Integer> list = draw.list(0, 1000, draw::integer);
                lengths.add(list.size());
                assertThat(list).hasSizeLessThan(10);
            });
            assertThat(lengths.getLast()).isBetween(10, 20);
        }
    }

    @Test
    void failureThatDoesNotShrinkIsReportedAsItWas() {
        AssertionError failure =
                failure("1", null, draw -> assertThat(draw.integer(0, 99)).isNotEqualTo(99));
        assertThat(failure).hasMessageContaining("of size 100:\n  drawn: 99\n");
    }

    @Test
    void sameSeedGivesTheSameReport() {
        AssertionError failure = failure("-77L", null, LawsTest::listIsShort);
        assertThat(failure("-77L", null, LawsTest::listIsShort)).hasMessage(failure.getMessage());
        assertThat(failure("-77000L", null, LawsTest::listIsShort).getMessage()).isNotEqualTo(failure.getMessage());
    }

    @Test
    void replayRunsTheOneReportedCase() {
        Matcher reported = replay(failure("88", null, LawsTest::listIsShort));
        List<Draw> cases = new ArrayList<>();
        AssertionError again = failure(reported.group(1), reported.group(2), draw -> {
            cases.add(draw);
            listIsShort(draw);
        });
        assertThat(cases).hasSize(1);
        assertThat(again).hasMessageStartingWith("Some#test failed in the replayed case.");
        assertThat(replay(again).group()).isEqualTo(reported.group());
    }

    @Test
    void lawThatHoldsRunsAllCasesAndPrintsNothing() {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Set<Long> values = new HashSet<>();
        int[] cases = new int[1];
        try (PrintStream capture = new PrintStream(printed)) {
            System.setOut(capture);
            System.setErr(capture);
            Laws.check("Some#test", "3", null, 500, draw -> {
                values.add(draw.longInteger());
                cases[0]++;
            });
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        assertThat(printed.size()).isZero();
        assertThat(cases[0]).isEqualTo(500);
        assertThat(values).hasSizeGreaterThan(300);
    }

    @Test
    void numbersStayInTheirRangeAtAnySizeAndReachBothEnds() {
        long[][] ranges = {
            {0, 0},
            {0, 7},
            {-3, 250},
            {5, 9},
            {-9, -5},
            {Integer.MIN_VALUE, Integer.MAX_VALUE},
            {Long.MIN_VALUE, Long.MAX_VALUE},
            {Long.MIN_VALUE, -2},
            {Long.MAX_VALUE - 1, Long.MAX_VALUE}
        };
        for (long[] range : ranges) {
            Set<Long> values = new HashSet<>();
            for (int seed = 0; seed < 1000; seed++) {
                values.add(new Draw(seed, Draw.FULL).longInteger(range[0], range[1]));
                assertThat(new Draw(seed, seed % Draw.FULL).longInteger(range[0], range[1]))
                        .isBetween(range[0], range[1]);
            }
            long origin = Math.clamp(0, range[0], range[1]);
            assertThat(values).contains(range[0], range[1], origin).allMatch(v -> v >= range[0] && v <= range[1]);
            assertThat(new Draw(1, 0).longInteger(range[0], range[1])).isEqualTo(origin);
        }
    }

    @Test
    void decimalsStayInTheirRangeAndReachBothEnds() {
        Set<Double> values = new HashSet<>();
        for (int seed = 0; seed < 1000; seed++) {
            values.add(new Draw(seed, Draw.FULL).decimal(0.1, 0.8));
        }
        assertThat(values).contains(0.1, 0.8).hasSizeGreaterThan(800).allMatch(v -> v >= 0.1 && v <= 0.8);
        assertThat(new Draw(1, 0).decimal(0.1, 0.8)).isEqualTo(0.1);
    }

    @Test
    void everyAlternativeAndEveryLengthOccurs() {
        Set<String> alternatives = new HashSet<>();
        Set<Integer> lengths = new HashSet<>();
        int hits = 0;
        for (int seed = 0; seed < 2000; seed++) {
            Draw draw = new Draw(seed, Draw.FULL);
            alternatives.add(draw.of("a", "b", "c") + draw.bool());
            lengths.add(draw.bytes(3, 9).length);
            hits += draw.chance(1, 4) ? 1 : 0;
            assertThat(draw.text(5)).hasSizeBetween(0, 5);
        }
        assertThat(alternatives).hasSize(6);
        assertThat(lengths).containsExactlyInAnyOrder(3, 4, 5, 6, 7, 8, 9);
        assertThat(hits).isBetween(400, 600);
    }
}
