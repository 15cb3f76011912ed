// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.bench.result.Run;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final Report report = new Report("bench aead --quick");

    ReportTest() {
        TrainShape shape = TrainShape.of("46x1420");
        for (double nanos : new double[] {710, 700, 900}) {
            report.add(shape, "seal", "vector-512", nanos);
            report.add(shape, "seal", "jce-direct", 2 * nanos);
        }
    }

    @Test
    void makesARunOfTimesAndRates() {
        Run run = report.run();

        assertThat(run.kind()).isEqualTo("aead");
        assertThat(run.machine()).containsEntry("command", "bench aead --quick").containsKeys("time", "cpu");
        assertThat(run.find("seal 46x1420", "vector-512", "time").orElseThrow().samples())
                .containsExactly(710.0, 700.0, 900.0);
        assertThat(run.find("seal 46x1420", "vector-512", "time").orElseThrow().higherIsBetter())
                .isFalse();
        assertThat(run.find("seal 46x1420", "jce-direct", "rate").orElseThrow().median())
                .isEqualTo(1.0);
    }

    @Test
    void printsMediansAndRatios() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .containsPattern("46x1420 +seal +vector-512 +710 +2\\.00 +2\\.00 +- +-");
    }

    @Test
    void namesWhatWasNotMeasured() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        report.missing("ipsec-mb", "the library is not installed");
        report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("not measured: the library is not installed");
        assertThat(report.run().missing()).containsEntry("ipsec-mb", "the library is not installed");
    }
}
