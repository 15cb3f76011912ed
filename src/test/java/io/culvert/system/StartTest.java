// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A start that must fail reports a clear error, has an exit status other than 0 and leaves nothing behind. */
@OnHost
class StartTest extends InNamespace {
    /** Starts Culvert, in the background and in the foreground, and expects a failure that mentions {@code hint}. */
    private void expectRefused(String hint, String prefix, String name) {
        for (String mode : new String[] {"", "-f "}) {
            Command.Result result = namespace
                    .command("sh", "-c", prefix + "exec \"$0\" " + mode + "\"$1\"", Program.CULVERT.command(), name)
                    .limit(Duration.ofMinutes(1))
                    .run()
                    .expectFailure();
            assertThat(result.allOutput()).containsIgnoringCase(hint).doesNotContain("Exception", "\tat ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sixteen-letters1",
                "with/slash",
                "",
                ".",
                "..",
                "with space",
                "a-name-that-is-far-too-long-for-linux"
            })
    void invalidInterfaceNameIsRefused(String name) {
        expectRefused("name", "", name);
        assertThat(namespace.interfaces()).hasSize(1);
    }

    @Test
    void existingInterfaceIsRefused() {
        namespace.ip("link", "add", device, "type", "veth", "peer", "name", "other");
        expectRefused("exists", "", device);
        assertThat(namespace.ip("-d", "link", "show", device)).contains("veth");
        assertThat(Daemon.socket(device)).doesNotExist();
    }

    @Test
    void interfaceOfAnotherDaemonIsRefused() {
        try (Daemon daemon = Daemon.start(Program.CULVERT, namespace, device, Map.of())) {
            expectRefused(device, "", device);
            assertThat(daemon.wg().show()).contains(device);
        }
    }

    @Test
    void missingTunDeviceIsReported() {
        expectRefused("/dev/net/tun", "mount -t tmpfs none /dev/net && ", device);
        assertThat(Daemon.socket(device)).doesNotExist();
    }

    @Test
    void missingPermissionIsReported() {
        for (String mode : new String[] {"-f", "--foreground"}) {
            Command.Result result = namespace
                    .command(
                            "setpriv",
                            "--inh-caps",
                            "-net_admin",
                            "--bounding-set",
                            "-net_admin",
                            Program.CULVERT.command(),
                            mode,
                            device)
                    .run()
                    .expectFailure();
            assertThat(result.allOutput())
                    .containsAnyOf("permi", "Permi", "CAP_NET_ADMIN", "root")
                    .doesNotContain("Exception", "\tat ");
        }
        assertThat(Daemon.socket(device)).doesNotExist();
    }

    /** The JVM would warn of the compilers' priority. */
    @Test
    void ordinaryUserSeesTheCauseOnly() {
        assertThat(namespace
                        .command(
                                "setpriv",
                                "--reuid=65534",
                                "--clear-groups",
                                "--bounding-set=-all",
                                Program.CULVERT.command(),
                                "-f",
                                device)
                        .run()
                        .expectFailure()
                        .allOutput())
                .containsAnyOf("permi", "Permi", "CAP_NET_ADMIN", "root")
                .doesNotContain("warning", "WARNING");
    }

    /** The mount affects this process only: {@code ip netns exec} gives it a private mount namespace. */
    @Test
    void unwritableSocketDirectoryIsReported() {
        expectRefused(
                "wireguard", "mkdir -p /var/run/wireguard; mount -t tmpfs -o ro none /var/run/wireguard && ", device);
        assertThat(namespace.interfaces()).as("no interface is left").hasSize(1);
    }

    @Test
    void wrongUsageIsExplained() {
        assertThat(namespace
                        .command(Program.CULVERT.command(), "--no-such-option")
                        .run()
                        .expectFailure()
                        .allOutput())
                .contains("--no-such-option", "Try: culvert --help")
                .doesNotContain("Environment:");
        assertThat(namespace
                        .command(Program.CULVERT.command(), "--help")
                        .run()
                        .expectSuccess()
                        .output())
                .contains("Usage", "--foreground", "--version");
        assertThat(namespace
                        .command(Program.CULVERT.command(), "--version")
                        .run()
                        .expectSuccess()
                        .output())
                .containsPattern("\\d+\\.\\d+");
    }

    @Test
    void misspeltCommandIsNoInterface() {
        assertThat(namespace
                        .command(Program.CULVERT.command(), "dmeo")
                        .run()
                        .expectFailure()
                        .allOutput())
                .contains("unknown command \"dmeo\", did you mean demo?");
        assertThat(namespace.interfaces()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "WG_UAPI_FD=77, no open file descriptor",
        "WG_UAPI_FD=one, no open file descriptor",
        "WG_PROCESS_FOREGROUND=maybe, expected 1 or 0",
        "LOG_LEVEL=loud, expected silent",
        "CULVERT_AEAD=foo, unknown AEAD implementation"
    })
    void wrongVariableIsNamed(String setting, String problem) {
        assertThat(namespace
                        .command("env", setting, Program.CULVERT.command(), device)
                        .run()
                        .expectFailure()
                        .allOutput())
                .startsWith("culvert: error: " + setting.substring(0, setting.indexOf('=')))
                .contains(problem)
                .doesNotContain("Exception", "\tat ", ": line ");
        assertThat(namespace.interfaces()).hasSize(1);
    }

    /** If JAVA_HOME and PATH name a Java that is too old, another one is used, or the error says how to install one. */
    @Test
    void oldJavaIsSkipped(@TempDir Path directory) throws IOException {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        for (String tool : new String[] {"java", "javac"}) {
            Path program = Files.createFile(
                    bin.resolve(tool),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Files.writeString(
                    program,
                    "#!/bin/sh\necho 'openjdk version \"17.0.15\" 2025-04-15' >&2\necho too old >&2\nexit 1\n");
        }
        Files.writeString(directory.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
        Command.Result result = Command.of(Program.CULVERT.command(), "--version")
                .environment("JAVA_HOME", directory.toString())
                .environment("PATH", bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
                .limit(Duration.ofMinutes(15))
                .run();
        if (result.exit() == 0) {
            assertThat(result.output()).containsPattern("\\d+\\.\\d+");
        } else {
            assertThat(result.allOutput()).contains("JDK 25");
        }
    }
}
