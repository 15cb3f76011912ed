// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the log goes, and what SIGHUP does. */
@OnHost
class LogTest extends InNamespace {
    private static final Duration SOON = Duration.ofMinutes(1);

    private static boolean appears(Path file, String text) {
        return Eventually.holds(
                SOON, () -> Files.exists(file) && Repository.text(file).contains(text));
    }

    /** A request that is refused, which is an error. */
    private void fail() {
        assertThat(Uapi.set(device, "nonsense=1")).isNegative();
    }

    /** The daemon of one test must not be there in the next one. */
    private void end() {
        namespace.ip("link", "delete", device);
        assertThat(Eventually.holds(SOON, () -> namespace.processes().isEmpty()))
                .isTrue();
    }

    @Test
    void backgroundDaemonLogsToItsFileWhichSighupOpensAgain(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("logs/culvert.log");
        namespace
                .command(Program.CULVERT.command(), device)
                .environment("CULVERT_LOG", log.toString())
                .environment("CULVERT_WARMUP", "off")
                .run()
                .expectSuccess();
        fail();
        assertThat(appears(log, " culvert: error: UapiConnection: UAPI set request rejected"))
                .isTrue();
        assertThat(Repository.text(log))
                .containsPattern("(?m)^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z culvert: ");
        Path renamed = directory.resolve("old.log");
        Files.move(log, renamed);
        String pid = Long.toString(namespace.processes().getFirst().pid());
        Command.output("kill", "-HUP", pid);
        assertThat(Eventually.holds(SOON, () -> Files.exists(log)))
                .as("opened again")
                .isTrue();
        fail();
        assertThat(appears(log, "UAPI set request rejected")).isTrue();
        assertThat(namespace.processes()).hasSize(1);
        end();
    }

    /** Without a system log, as in a container; /var/log is the test's own. */
    @Test
    void backgroundDaemonLogsToAFileOfItsNameByDefault() {
        assumeThat(Path.of("/dev/log")).doesNotExist();
        Path log = Path.of("/var/log/culvert", device + ".log");
        namespace
                .command(
                        "sh",
                        "-c",
                        "mount -t tmpfs none /var/log && mkdir /var/log/culvert && " + "exec \"$0\" \"$1\"",
                        Program.CULVERT.command(),
                        device)
                .environment("CULVERT_WARMUP", "off")
                .run()
                .expectSuccess();
        fail();
        long pid = namespace.processes().getFirst().pid();
        assertThat(appears(Path.of("/proc/" + pid + "/root" + log), "UAPI set request rejected"))
                .isTrue();
        end();
    }

    @Test
    void sighupDoesNotEndTheDaemon() {
        try (Daemon daemon = Daemon.start(
                Program.CULVERT, namespace, device, Map.of("CULVERT_WARMUP", "off", "LOG_LEVEL", "info"))) {
            daemon.signal("HUP");
            assertThat(Eventually.holds(SOON, () -> daemon.log().contains("received SIGHUP")))
                    .isTrue();
            assertThat(daemon.wg().show()).contains(device);
            assertThat(daemon.process().isAlive()).isTrue();
        }
    }
}
