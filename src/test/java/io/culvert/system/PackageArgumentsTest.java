// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arguments of {@code bin/package} for another architecture. */
@OnHost({"git", "scdoc", "xz", "dpkg-shlibdeps", "mmdebstrap", "aarch64-linux-gnu-strip"})
class PackageArgumentsTest {
    /** The architecture of Culvert's two that this machine has not. */
    private static final String OTHER = System.getProperty("os.arch").equals("aarch64") ? "amd64" : "arm64";

    private static final Duration BUILD = Duration.ofMinutes(20);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --architecture                            | --architecture: its name is missing
            --architecture riscv64                    | --architecture riscv64: Culvert runs on amd64 and arm64
            --architecture OTHER deb12                | deb12 is made on a machine of its architecture only
            --architecture OTHER tar deb12            | deb12 is made on a machine of its architecture only
            --architecture OTHER --jdk                | --jdk: the directory is missing
            --architecture OTHER --jdk /nowhere       | --jdk: there is no jmods/java.base.jmod in /nowhere
            --jdk /nowhere                            | --jdk is for the packages of another architecture
            --architecture OTHER rpm                  | unknown argument "rpm"
            """)
    void wrongOnesAreRefusedBeforeAnythingIsMade(String arguments, String words) {
        Command.Result result = run(arguments).expectFailure();

        assertThat(result.allOutput()).contains(words).doesNotContain("making");
    }

    /** The list of components names the JDK that is given, not the one that builds. */
    @Test
    void rightOnesAreTaken() throws IOException {
        Files.writeString(
                Files.createDirectories(directory.resolve("jdk/jmods")).resolve("java.base.jmod"), "");
        Files.writeString(directory.resolve("jdk/release"), """
                IMPLEMENTOR="Vendor"
                JAVA_RUNTIME_VERSION="25.0.7+8"
                """);

        run("--architecture OTHER --jdk " + directory.resolve("jdk") + " sbom").expectSuccess();

        try (Stream<Path> made = Files.list(out())) {
            assertThat(made)
                    .extracting(file -> file.getFileName().toString().replaceAll("[0-9.]+\\.cdx", "V.cdx"))
                    .containsExactlyInAnyOrder("SHA256SUMS", "culvert-V.cdx.json", "culvert-overlay-V.cdx.json");
        }
        try (Stream<Path> made = Files.list(out())) {
            assertThat(made.filter(file -> file.getFileName().toString().matches("culvert-[0-9.]+cdx.json")))
                    .singleElement(InstanceOfAssertFactories.PATH)
                    .content()
                    .contains("25.0.7+8", "Vendor");
        }
    }

    private Path out() {
        return directory.resolve("out");
    }

    private Command.Result run(String arguments) {
        List<String> words = new ArrayList<>(
                List.of(Repository.root().resolve("bin/package").toString(), "--out", out().toString()));
        words.addAll(List.of(arguments.replace("OTHER", OTHER).split(" ")));
        return Command.of(words.toArray(String[]::new)).limit(BUILD).run();
    }
}
