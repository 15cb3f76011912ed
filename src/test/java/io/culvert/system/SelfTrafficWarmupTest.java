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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Before it serves, the daemon warms up the JIT compilers with traffic of its own in private network namespaces. */
@OnHost
class SelfTrafficWarmupTest {
    private static final Duration END = Duration.ofSeconds(10);
    private static final int WORKERS = 2;
    private static final Map<String, String> ENVIRONMENT =
            Map.of("CULVERT_WARMUP", "on", "CULVERT_WORKERS", "" + WORKERS, "LOG_LEVEL", "verbose");

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

    /** Applies {@code of} to each of a process's threads, except those that end meanwhile. */
    private static List<String> threads(ProcessHandle process, Function<Path, String> of) {
        try (Stream<Path> all = Files.list(Path.of("/proc", "" + process.pid(), "task"))) {
            return all.flatMap(thread -> {
                        try {
                            return Stream.of(of.apply(thread));
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

    private static long queues(ProcessHandle process) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
            return all.filter(descriptor -> link(descriptor).equals("/dev/net/tun"))
                    .count();
        }
    }

    @Test
    void trafficFlowsBothWaysAndLeavesNothingBehind() throws IOException {
        try (Daemon daemon = Daemon.start(Program.CULVERT, namespace, device, ENVIRONMENT)) {
            assertThat(daemon.log())
                    .containsPattern("warm-up took \\d+ ms and carried [1-9]\\d* kB forward and [1-9]\\d* kB back");
            assertThat(Eventually.holds(END, () -> !isWarmingUp(daemon.process())))
                    .as("its threads have ended")
                    .isTrue();
            assertThat(threads(daemon.process(), thread -> link(thread.resolve("ns/net"))))
                    .as("all threads are in the daemon's own network")
                    .containsOnly(link(Path.of("/proc", "" + daemon.process().pid(), "ns/net")));
            assertThat(queues(daemon.process())).isEqualTo(WORKERS);
            assertThat(namespace.ip("-o", "link").lines()).as("interfaces").hasSize(2);
            assertThat(namespace.packetsSent(device)).isZero();
        }
    }

    @Test
    void daemonServesWithoutThePermissionForTheWarmup() {
        String[] words = {"setpriv", "--bounding-set=-sys_admin", Program.CULVERT.command(), "-f", device};
        try (Daemon daemon = Daemon.start(namespace, device, ENVIRONMENT, words)) {
            assertThat(daemon.log()).contains("warm-up impossible", "unshare").doesNotContain("warm-up took");
        }
    }

    @Test
    void signalEndsTheWarmupAtOnce() throws InterruptedException {
        String[] words = {Program.CULVERT.command(), "-f", device};
        Process process = namespace.start(ENVIRONMENT, Daemon.logFile(device), words);
        assertThat(Eventually.holds(END, () -> isWarmingUp(process.toHandle()))).isTrue();
        process.destroy();
        assertThat(process.waitFor()).isZero();
        assertThat(namespace.ip("-o", "link").lines()).as("interfaces").hasSize(1);
        assertThat(Daemon.socket(device)).doesNotExist();
    }
}
