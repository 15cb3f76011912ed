// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubprocessTest {
    private static Subprocess shell(String script) {
        return Subprocess.of("sh", "-c", script);
    }

    @Test
    void outputErrorAndExitStatusAreKeptApart() throws Exception {
        Subprocess.Result result = shell("echo out; echo err >&2; exit 3").run();
        assertThat(result.output()).isEqualTo("out\n");
        assertThat(result.error()).isEqualTo("err\n");
        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.allOutput()).isEqualTo("out\nerr\n");
    }

    @Test
    void inputEnvironmentAndDirectoryReachTheProgram(@TempDir Path directory) throws Exception {
        Subprocess.Result result = shell("cat; echo $COLOUR; pwd")
                .input("text\n")
                .environment(Map.of("COLOUR", "blue"))
                .directory(directory)
                .run();
        assertThat(result.output()).isEqualTo("text\nblue\n" + directory.toRealPath() + "\n");
    }

    @Test
    void aProgramMayLeaveItsInputUnread() throws Exception {
        assertThat(Subprocess.of("true").input("x".repeat(1 << 20)).run().exit())
                .isZero();
    }

    @Test
    void failureReportsTheLastLineWritten() throws Exception {
        Subprocess.Result failed =
                shell("echo first >&2; echo second >&2; exit 1").run();
        assertThatThrownBy(failed::requireSuccess)
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith(": second");
        Subprocess.Result silent = shell("exit 7").run();
        assertThatThrownBy(silent::requireSuccess).hasMessageEndingWith(": exit status 7, no output");
    }

    @Test
    void aProgramThatExceedsItsLimitIsKilled() {
        assertThatThrownBy(() -> Subprocess.of("sleep", "60")
                        .limit(Duration.ofMillis(100))
                        .run())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("sleep 60: still running after");
    }

    @Test
    void outputThatABackgroundProcessHoldsOpenIsAnError() {
        // The JDK closes the pipe of a program that ends before its output is read; hence the pause.
        assertThatThrownBy(() -> shell("sleep 5 & sleep 0.3").run())
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("its output is still open");
    }

    @Test
    void anInterruptKillsTheProgram() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Subprocess.of("sleep", "61").run()).isInstanceOf(InterruptedException.class);
        try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
            for (ProcessHandle child : children.toList()) {
                if (child.info().commandLine().orElse("").endsWith("sleep 61")) {
                    child.onExit().get(10, TimeUnit.SECONDS);
                }
            }
        }
    }
}
