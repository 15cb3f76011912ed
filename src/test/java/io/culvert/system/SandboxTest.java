// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** What the daemon gives up after its start, and that everything else goes on working. */
@OnHost
class SandboxTest extends InNamespace {
    /** CAP_NET_ADMIN; and with CAP_NET_BIND_SERVICE and CAP_SYS_ADMIN, which a thread can raise for a call. */
    private static final String EFFECTIVE = "0000000000001000";

    private static final String PERMITTED = "0000000000201400";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** The values of a row of /proc/PID/task/TID/status of all threads. */
    private static List<String> status(ProcessHandle process, String row) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", "" + process.pid(), "task"))) {
            return tasks.flatMap(task -> statusOf(task).lines())
                    .filter(line -> line.startsWith(row + ":"))
                    .map(line -> line.substring(row.length() + 1).strip())
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing if the thread has ended. */
    private static String statusOf(Path task) {
        try {
            return Repository.text(task.resolve("status"));
        } catch (UncheckedIOException e) {
            assertThat(Files.exists(task)).as(task + ": " + e.getMessage()).isFalse();
            return "";
        }
    }

    private Daemon start(Map<String, String> environment) {
        return Daemon.start(Program.CULVERT, namespace, device, environment);
    }

    @Test
    void everyThreadDropsCapabilitiesAndIsFiltered() {
        try (Daemon daemon = start(Map.of("LOG_LEVEL", "verbose"))) {
            ProcessHandle process = daemon.process();
            assertThat(status(process, "CapEff")).containsExactly(EFFECTIVE);
            assertThat(status(process, "CapPrm")).containsExactly(PERMITTED);
            assertThat(status(process, "CapInh")).containsExactly("0000000000000000");
            assertThat(status(process, "NoNewPrivs")).containsExactly("1");
            assertThat(status(process, "Seccomp")).containsExactly("2");
            assertThat(daemon.log()).contains("sandbox: on");
        }
    }

    /** A filter more, on all threads, forbids rings when the warm-up has its own, or is not to have any. */
    @Test
    void noMoreRingsAreMadeBehindTheWarmUp() {
        for (String warmUp : List.of("off", "on")) {
            try (Daemon daemon = start(Map.of("CULVERT_WARMUP", warmUp))) {
                assertThat(Eventually.holds(
                                LIMIT,
                                () -> status(daemon.process(), "Seccomp_filters")
                                        .equals(List.of("3"))))
                        .as("warm-up %s: %s", warmUp, status(daemon.process(), "Seccomp_filters"))
                        .isTrue();
            }
        }
    }

    @Test
    void noCoreDumps() {
        try (Daemon daemon = start(Map.of())) {
            Path files = Path.of("/proc", "" + daemon.process().pid());
            assertThat(Repository.text(files.resolve("limits"))).containsPattern("Max core file size +0 +0 ");
        }
    }

    @Test
    void privilegedPortsAndOtherNamespacesStayReachable() {
        try (Daemon daemon = start(Map.of());
                Namespace other = Namespace.create()) {
            assertThat(Uapi.set(device, "listen_port=53")).isZero();
            daemon.moveTo(other);
            other.ip("link", "set", device, "up");
            assertThat(Eventually.holds(
                            LIMIT, () -> namespace.output("ss", "-Hlun").contains(":53 ")))
                    .as("the port is bound when the interface is up in another namespace")
                    .isTrue();
            // A thread that follows the interface has one more for a call.
            assertThat(Eventually.holds(
                            LIMIT, () -> status(daemon.process(), "CapEff").equals(List.of(EFFECTIVE))))
                    .isTrue();
        }
    }

    @Test
    void toolsOfTheJvmAttach() throws IOException {
        Path directory = Files.createTempDirectory("culvert-sandbox");
        Path recording = directory.resolve("recording.jfr");
        try (Daemon daemon = start(Map.of())) {
            String pid = "" + daemon.process().pid();
            String jcmd =
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
            assertThat(Command.output(jcmd, pid, "Thread.print")).contains("culvert-tun");
            Command.output(jcmd, pid, "JFR.start", "name=test");
            Command.output(jcmd, pid, "JFR.dump", "name=test", "filename=" + recording);
            assertThat(recording).isNotEmptyFile();
        } finally {
            Files.deleteIfExists(recording);
            Files.delete(directory);
        }
    }

    /** A recording with the delivered settings, begun while the daemon runs in its sandbox. */
    @Test
    void eventsAreRecordedInTheSandbox() throws IOException {
        Path directory = Files.createTempDirectory("culvert-sandbox");
        Path recording = directory.resolve("recording.jfr");
        Path settings = Repository.root().resolve("packaging/jfr/culvert.jfc");
        try (Daemon daemon = start(Map.of())) {
            String pid = "" + daemon.process().pid();
            String jcmd = Repository.jdkProgram("jcmd");
            Command.output(jcmd, pid, "JFR.start", "name=test", "settings=" + settings);
            namespace.ip("link", "set", device, "up");
            assertThat(Eventually.holds(Duration.ofMinutes(1), () -> {
                        Command.output(jcmd, pid, "JFR.dump", "name=test", "filename=" + recording);
                        return Unchecked.call(() -> RecordingFile.readAllEvents(recording)).stream()
                                .anyMatch(
                                        event -> event.getEventType().getName().equals("io.culvert.Port")
                                                && event.getInt("open") != 0);
                    }))
                    .as("the port that was opened is in the recording")
                    .isTrue();
        } finally {
            Files.deleteIfExists(recording);
            Files.delete(directory);
        }
    }

    @Test
    void offGivesNothingUp() {
        try (Daemon daemon = start(Map.of("CULVERT_SANDBOX", "off", "LOG_LEVEL", "verbose"))) {
            assertThat(status(daemon.process(), "Seccomp")).containsExactly("0");
            assertThat(status(daemon.process(), "NoNewPrivs")).containsExactly("0");
            assertThat(daemon.log()).contains("sandbox: off");
        }
    }
}
