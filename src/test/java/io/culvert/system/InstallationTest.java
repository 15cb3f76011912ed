// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of the launcher, its option file and the jars runs without the source tree. */
@OnHost
class InstallationTest {
    /** Mounts an empty file system over directory $0, and runs $@. */
    private static final String HIDE = "mount -t tmpfs none \"$0\" && exec \"$@\"";

    @TempDir
    private Path prefix;

    @BeforeEach
    void install() throws IOException {
        assumeTrue(Program.CULVERT.isCulvert(), "another program stands in for Culvert");
        Path root = Repository.root();
        // Builds, if that has not happened yet.
        Command.of(launcher(root), "--version").run().expectSuccess();
        try (Stream<Path> jars = Files.list(root.resolve("daemon/target/lib"))) {
            copy(jars.toList(), prefix.resolve("lib"));
        }
        Command.of(launcher(root), "overlay", "--version").run().expectSuccess();
        try (Stream<Path> jars = Files.list(root.resolve("overlay/target/lib"))) {
            copy(jars.toList(), prefix.resolve("lib/overlay"));
        }
        copy(
                Stream.of("culvert", "setup.sh", "classes.sh", "class-data", "culvert.jvmopts")
                        .map(name -> root.resolve("bin").resolve(name))
                        .toList(),
                prefix.resolve("bin"));
    }

    private static void copy(List<Path> files, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : files) {
            Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static String launcher(Path directory) {
        return directory.resolve("bin/culvert").toString();
    }

    /** A command that runs the installed launcher in a mount namespace in which the source tree is empty. */
    private String[] installed(String... arguments) {
        List<String> words = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", HIDE));
        words.add(Repository.root().toString());
        words.add(launcher(prefix));
        words.addAll(List.of(arguments));
        return words.toArray(String[]::new);
    }

    @Test
    void launcherRunsWithoutTheSourceTree() {
        Command.Result result = Command.of(installed("--version")).run().expectSuccess();
        assertThat(result.output()).containsPattern("culvert \\d+\\.\\d+");
        assertThat(result.allOutput()).doesNotContain("warning", "error");
    }

    @Test
    void overlayRunsWithoutTheSourceTree() {
        assertThat(Command.of(installed("overlay", "--version"))
                        .run()
                        .expectSuccess()
                        .allOutput())
                .matches("culvert overlay \\d+\\.\\d+\\.\\d+\n");
    }

    /** Its libraries lie in a directory below those of the daemon. */
    @Test
    void daemonSeesNoLibraryOfTheOverlay() {
        String[] command = installed("--version");
        String output = Command.of(command)
                .environment("CULVERT_JAVA_OPTS", "-XshowSettings:properties")
                .run()
                .expectSuccess()
                .allOutput();
        assertThat(output).contains("java.class.path", "/picocli-").doesNotContain("jetcd", "netty", "lib/overlay");
    }

    @Test
    void daemonServesWithoutTheSourceTree() {
        String device = Names.next();
        try (Namespace namespace = Namespace.create();
                Daemon daemon = Daemon.start(namespace, device, Map.of(), installed("-f", device))) {
            assertThat(daemon.wg().show()).contains(device);
            assertThat(daemon.log()).isEmpty();
            assertThat(Repository.text(Path.of("/proc", "" + daemon.process().pid(), "maps")))
                    .as("its classes are those of the archive")
                    .contains("culvert.jsa");
        }
    }

    /** Of jars that are newer, or damaged, or of another Java runtime: the start takes longer, and says nothing. */
    @Test
    void archiveThatDoesNotFitIsPassedOverInSilence() throws IOException {
        Path archive = prefix.resolve("lib/culvert.jsa");
        Command.of(prefix.resolve("bin/class-data").toString(), "--check").run().expectSuccess();
        byte[] whole = Files.readAllBytes(archive);
        expectOnlyTheVersion();
        Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
        expectOnlyTheVersion();
        byte[] damaged = whole.clone();
        Arrays.fill(damaged, 0, 4096, (byte) 7);
        Files.write(archive, damaged);
        expectOnlyTheVersion();
        Files.write(archive, whole);
        Files.writeString(prefix.resolve("lib/culvert.jsa.java"), "JAVA_VERSION=\"24\"\n");
        expectOnlyTheVersion();
        Files.delete(archive);
        expectOnlyTheVersion();
        assertThat(Command.of(prefix.resolve("bin/class-data").toString(), "--check")
                        .run()
                        .expectFailure()
                        .allOutput())
                .contains("is missing");
    }

    private void expectOnlyTheVersion() {
        assertThat(Command.of(installed("--version")).run().expectSuccess().allOutput())
                .matches("culvert \\d+\\.\\d+\\.\\d+\\s*");
    }

    @Test
    void benchmarksAreRefusedWithoutTheSourceTree() {
        for (String command : List.of("bench", "profile", "simulate")) {
            assertThat(Command.of(installed(command)).run().expectFailure().allOutput())
                    .contains("culvert " + command + " needs a source tree");
        }
    }
}
