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
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Self-traffic warm-up: behind a daemon that serves, traffic runs between two devices of its own. */
@OnHost
class SelfTrafficWarmupTest extends InNamespace {
    private static final Duration END = Duration.ofSeconds(100);
    private static final Pattern CARRIED =
            Pattern.compile("warm-up took \\d+ ms and carried [1-9]\\d* kB forward and [1-9]\\d* kB back");
    private static final int WORKERS = 2;
    private static final Map<String, String> ENVIRONMENT =
            Map.of("CULVERT_WARMUP", "on", "CULVERT_WORKERS", "" + WORKERS, "LOG_LEVEL", "verbose");

    /** Applies a function to the /proc directory of each thread of a process, except those that end meanwhile. */
    private static List<String> threads(ProcessHandle process, Function<Path, String> function) {
        try (Stream<Path> all = Files.list(Path.of("/proc", "" + process.pid(), "task"))) {
            return all.flatMap(thread -> {
                        try {
                            return Stream.of(function.apply(thread));
                        } catch (UncheckedIOException ended) {
                            return Stream.of();
                        }
                    })
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String link(Path path) {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isWarmingUp(ProcessHandle process) {
        return threads(process, thread -> Repository.text(thread.resolve("comm"))).stream()
                .anyMatch(name -> name.startsWith("warmup"));
    }

    private static void awaitEnd(Daemon daemon) {
        assertThat(Eventually.holds(END, () -> daemon.log().contains("warm-up took")))
                .as(daemon.log())
                .isTrue();
        assertThat(daemon.log()).containsPattern(CARRIED);
    }

    private static long tunQueues(ProcessHandle process) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
            return all.filter(descriptor -> link(descriptor).equals("/dev/net/tun"))
                    .count();
        }
    }

    @Test
    void trafficFlowsBothWaysAndLeavesNothingBehind() throws IOException {
        try (Daemon daemon = Daemon.start(Program.CULVERT, namespace, device, ENVIRONMENT)) {
            awaitEnd(daemon);
            assertThat(Eventually.holds(END, () -> !isWarmingUp(daemon.process())))
                    .as("the warm-up's threads have ended")
                    .isTrue();
            String own = link(Path.of("/proc", "" + daemon.process().pid(), "ns/net"));
            assertThat(Eventually.holds(
                            END,
                            () -> threads(daemon.process(), thread -> link(thread.resolve("ns/net"))).stream()
                                    .allMatch(own::equals)))
                    .as("all threads are in the daemon's own network namespace")
                    .isTrue();
            assertThat(tunQueues(daemon.process())).isEqualTo(WORKERS);
            assertThat(namespace.interfaces()).hasSize(2);
            assertThat(namespace.packetsSent(device)).isZero();
        }
    }

    @Test
    void trafficFlowsWithoutPermissionToMakeANetworkNamespace() {
        String[] words = {"setpriv", "--bounding-set=-sys_admin", Program.CULVERT.command(), "-f", device};
        try (Daemon daemon = Daemon.start(namespace, device, ENVIRONMENT, words)) {
            awaitEnd(daemon);
        }
    }

    @Test
    void signalEndsTheWarmupAtOnce() throws InterruptedException {
        String[] words = {Program.CULVERT.command(), "-f", device};
        Process process = namespace.start(ENVIRONMENT, Daemon.logFile(device), words);
        assertThat(Eventually.holds(END, () -> isWarmingUp(process.toHandle()))).isTrue();
        process.destroy();
        assertThat(process.waitFor()).isZero();
        assertThat(namespace.interfaces()).hasSize(1);
        assertThat(Daemon.socket(device)).doesNotExist();
    }
}
