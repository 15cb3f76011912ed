// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When {@code bin/culvert} builds a source tree. The tree is a copy of the launcher with a Maven that only says so. */
@OnHost
class CheckoutTest {
    private static final String STALE = "sources are newer than the build";

    @TempDir
    private Path tree;

    @BeforeEach
    void copyTheLauncher() throws IOException {
        assumeTrue(Program.CULVERT.isCulvert(), "another program stands in for Culvert");
        Path root = Repository.root();
        for (String name : List.of("culvert", "setup.sh", "classes.sh", "class-data", "culvert.jvmopts")) {
            copy(root.resolve("bin").resolve(name), tree.resolve("bin").resolve(name));
        }
        copy(
                root.resolve(".mvn/wrapper/maven-wrapper.properties"),
                tree.resolve(".mvn/wrapper/maven-wrapper.properties"));
        for (String directory : List.of("native-bindings", "ring", "crypto-simd", "engine", "daemon/target", "bench")) {
            Files.createDirectories(tree.resolve(directory));
        }
        Files.writeString(tree.resolve("pom.xml"), "<project/>\n");
        try (Stream<Path> jars = Files.list(root.resolve("daemon/target/lib"))) {
            for (Path jar : jars.toList()) {
                copy(jar, tree.resolve("daemon/target/lib").resolve(jar.getFileName()));
            }
        }
        Path maven = Files.writeString(tree.resolve("mvnw"), """
                #!/bin/sh
                echo "$*" >>"$(dirname "$0")/calls"
                touch "$(dirname "$0")/daemon/target/built"
                """);
        assertThat(maven.toFile().setExecutable(true)).isTrue();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to);
        assertThat(to.toFile().setExecutable(Files.isExecutable(from))).isTrue();
    }

    private Command.Result culvert(String... words) {
        String[] command = new String[words.length + 1];
        command[0] = tree.resolve("bin/culvert").toString();
        System.arraycopy(words, 0, command, 1, words.length);
        return Command.of(command).run();
    }

    private void markBuilt() throws IOException {
        Files.createFile(tree.resolve("daemon/target/built"));
    }

    private void changeASource() throws IOException {
        Path source = Files.writeString(tree.resolve("engine/Source.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    }

    @Test
    void firstUseBuilds() {
        assertThat(culvert("--version").expectSuccess().output()).startsWith("culvert ");
        assertThat(tree.resolve("calls")).content().contains("-pl daemon");
    }

    @Test
    void changedSourcesAreSaidAndNotBuilt() throws IOException {
        markBuilt();
        assertThat(culvert("--version").expectSuccess().allOutput()).doesNotContain(STALE);
        changeASource();
        Command.Result result = culvert("--version").expectSuccess();
        assertThat(result.output()).startsWith("culvert ");
        assertThat(result.allOutput().lines())
                .filteredOn(line -> line.contains(STALE))
                .singleElement()
                .asString()
                .endsWith("bin/culvert build");
        assertThat(tree.resolve("calls")).doesNotExist();
    }

    @Test
    void buildCommandBuilds() throws IOException {
        markBuilt();
        changeASource();
        culvert("build").expectSuccess();
        assertThat(tree.resolve("calls")).content().hasLineCount(1).contains("-pl daemon");
        assertThat(culvert("build", "daemon").expectFailure().allOutput()).contains("takes no argument", "daemon");
    }

    /** A figure of a former build would pass for one of the present sources. */
    @Test
    void gateRefusesAnOldBuild() throws IOException {
        markBuilt();
        Files.createDirectories(tree.resolve("bench/target"));
        Files.createFile(tree.resolve("bench/target/built"));
        changeASource();
        assertThat(culvert("bench", "--gate", "--against", "HEAD")
                        .expectFailure()
                        .allOutput())
                .contains(STALE, "bin/culvert build");
        assertThat(tree.resolve("calls")).doesNotExist();
    }
}
