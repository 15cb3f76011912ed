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

/** What the daemon does before it serves, to be fast then: it carries traffic that nobody sees. */
@OnHost
class RehearsalTest {
    private static final Duration END = Duration.ofSeconds(10);
    private static final int WORKERS = 2;
    private static final Map<String, String> ENVIRONMENT =
            Map.of("CULVERT_REHEARSAL", "on", "CULVERT_WORKERS", "" + WORKERS, "LOG_LEVEL", "verbose");

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

    private static Map<String, String> environment(String javaOptions) {
        return Map.of(
                "CULVERT_REHEARSAL",
                "on",
                "CULVERT_WORKERS",
                "" + WORKERS,
                "LOG_LEVEL",
                "verbose",
                "CULVERT_JAVA_OPTS",
                javaOptions);
    }

    /** What {@code of} makes of each of a process's threads, without those that end meanwhile. */
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

    private static boolean isRehearsing(ProcessHandle process) {
        return threads(process, thread -> Repository.text(thread.resolve("comm"))).stream()
                .anyMatch(name -> name.startsWith("rehearsal"));
    }

    private static long queues(ProcessHandle process) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
            return all.filter(descriptor -> link(descriptor).equals("/dev/net/tun"))
                    .count();
        }
    }

    @Test
    void trafficGoesBothWaysAndNothingIsLeftOfIt() throws IOException {
        try (Daemon daemon = Daemon.start(Program.CULVERT, namespace, device, ENVIRONMENT)) {
            assertThat(daemon.log()).containsPattern("rehearsed for \\d+ ms, [1-9]\\d* kB there and [1-9]\\d* kB back");
            assertThat(Eventually.holds(END, () -> !isRehearsing(daemon.process())))
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
    void withoutThePermissionItServesAllTheSame() {
        String[] words = {"setpriv", "--bounding-set=-sys_admin", Program.CULVERT.command(), "-f", device};
        try (Daemon daemon = Daemon.start(namespace, device, ENVIRONMENT, words)) {
            assertThat(daemon.log()).contains("no rehearsal", "unshare").doesNotContain("rehearsed for");
        }
    }

    @Test
    void aSignalEndsItAtOnce() throws InterruptedException {
        String[] words = {Program.CULVERT.command(), "-f", device};
        Process process = namespace.start(ENVIRONMENT, Daemon.logFile(device), words);
        assertThat(Eventually.holds(END, () -> isRehearsing(process.toHandle())))
                .isTrue();
        process.destroy();
        assertThat(process.waitFor()).isZero();
        assertThat(namespace.ip("-o", "link").lines()).as("interfaces").hasSize(1);
        assertThat(Daemon.socket(device)).doesNotExist();
    }
}
