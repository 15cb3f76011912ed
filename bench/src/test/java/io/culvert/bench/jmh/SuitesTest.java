// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Param;

class SuitesTest {
    static Stream<Suite> suites() {
        return Suites.all().stream();
    }

    @ParameterizedTest
    @MethodSource("suites")
    void eachTaskIsABenchmarkWithItsParameters(Suite suite) {
        for (Task task : suite.tasks()) {
            assertThat(task.benchmark().getMethods())
                    .filteredOn(method -> method.isAnnotationPresent(Benchmark.class))
                    .extracting(method -> method.isAnnotationPresent(Group.class)
                            ? method.getAnnotation(Group.class).value()
                            : method.getName())
                    .as(suite.name() + " " + task.name())
                    .contains(task.method());
            assertThatCode(() -> {
                        for (String name : task.parameters().keySet()) {
                            assertThat(task.benchmark().getField(name).isAnnotationPresent(Param.class))
                                    .isTrue();
                        }
                    })
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @MethodSource("suites")
    void eachSuiteHasReferencesAndMeasuresThem(Suite suite) {
        assertThat(suite.references()).isNotBlank();
        assertThat(suite.tasks()).allSatisfy(task -> {
            assertThat(task.implementations()).hasSizeGreaterThan(1).doesNotHaveDuplicates();
            assertThat(task.implementations().getFirst()).isEqualTo(Task.CULVERT);
        });
        assertThat(suite.tasks()).extracting(Task::name).doesNotHaveDuplicates();
        assertThat(suite.quick().tasks()).isNotEmpty();
    }

    @Test
    void theDataPathMustNotAllocate() {
        List<String> dataPath = List.of(
                "pipeline",
                "ordered-queue",
                "work-ring",
                "replay-window",
                "segmentation",
                "checksum",
                "coalescing",
                "io-uring");
        assertThat(Suites.all())
                .filteredOn(suite -> dataPath.contains(suite.name()))
                .hasSize(dataPath.size())
                .allSatisfy(
                        suite -> assertThat(suite.tasks()).allMatch(task -> task.allowedBytes() <= Forks.OBJECT_BYTES));
        for (String table : List.of("allowed-ips", "index-table", "peer-table")) {
            assertThat(Suites.all().stream()
                            .filter(suite -> suite.name().equals(table))
                            .flatMap(suite -> suite.tasks().stream())
                            .filter(task -> task.name().startsWith("lookup")))
                    .isNotEmpty()
                    .allMatch(task -> task.allowedBytes() <= Forks.OBJECT_BYTES);
        }
    }
}
