package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starting where something is wrong: a clear error, an exit status other than 0, and nothing left behind. */
@OnHost
class StartTest {
    private final String device = Names.next();
    private Namespace namespace;

    @BeforeEach
    void create() {
        namespace = Namespace.create();
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    /** Runs it to its end, both in the foreground and in the background, and looks at what it said. */
    private void expectRefused(String hint, String prefix, String name) {
        for (String mode : new String[] {"", "-f "}) {
            Command.Result result = namespace
                    .command("sh", "-c", prefix + "exec \"$0\" " + mode + "\"$1\"", Program.CULVERT.command(), name)
                    .deadline(Duration.ofSeconds(20))
                    .run()
                    .expectFailure();
            assertThat(result.said()).containsIgnoringCase(hint).doesNotContain("Exception", "\tat ");
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
    void badInterfaceNameIsRefused(String name) {
        expectRefused("name", "", name);
        assertThat(namespace.ip("-o", "link").lines()).hasSize(1);
    }

    @Test
    void interfaceThatExistsIsRefused() {
        namespace.ip("link", "add", device, "type", "veth", "peer", "name", "other");
        expectRefused("exists", "", device);
        assertThat(namespace.ip("-d", "link", "show", device)).contains("veth");
        assertThat(Daemon.socket(device)).doesNotExist();
    }

    @Test
    void interfaceThatAnotherOneServesIsRefused() {
        try (Daemon daemon = Daemon.start(Program.CULVERT, namespace, device, Map.of())) {
            expectRefused(device, "", device);
            assertThat(daemon.wg().show()).contains(device);
        }
    }

    @Test
    void missingTunDeviceIsSaid() {
        expectRefused("/dev/net/tun", "mount -t tmpfs none /dev/net && ", device);
        assertThat(Daemon.socket(device)).doesNotExist();
    }

    @Test
    void missingPermissionIsSaid() {
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
            assertThat(result.said())
                    .containsAnyOf("permi", "Permi", "CAP_NET_ADMIN", "root")
                    .doesNotContain("Exception", "\tat ");
        }
        assertThat(Daemon.socket(device)).doesNotExist();
    }

    /** The mount is seen in the namespace's own mounts only: {@code ip netns exec} has made these private. */
    @Test
    void socketDirectoryThatCannotBeWrittenIsSaid() {
        expectRefused(
                "wireguard", "mkdir -p /var/run/wireguard; mount -t tmpfs -o ro none /var/run/wireguard && ", device);
        assertThat(namespace.ip("-o", "link").lines())
                .as("no interface is left")
                .hasSize(1);
    }

    @Test
    void wrongUsageIsExplained() {
        assertThat(namespace
                        .command(Program.CULVERT.command(), "--no-such-option")
                        .run()
                        .expectFailure()
                        .said())
                .contains("Usage", "--no-such-option");
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

    /** The one that JAVA_HOME and PATH name is too old: another is found, or the way to get one is told. */
    @Test
    void oldJavaIsPassedOver(@TempDir Path directory) throws IOException {
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
                .deadline(Duration.ofMinutes(5))
                .run();
        if (result.exit() == 0) {
            assertThat(result.output()).containsPattern("\\d+\\.\\d+");
        } else {
            assertThat(result.said()).contains("JDK 25");
        }
    }
}
