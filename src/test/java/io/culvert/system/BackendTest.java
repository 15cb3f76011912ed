package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where io_uring is refused, the plain system calls serve, and the log says so. */
@OnHost("iperf3")
class BackendTest {
    private static void expectTrafficOverPlainCalls(Map<String, String> environment, String... words) {
        try (Tunnel tunnel = Tunnel.create(
                namespace -> {
                    String device = Names.next();
                    String[] all = Stream.concat(
                                    Arrays.stream(words), Stream.of(Program.CULVERT.command(), "-f", device))
                            .toArray(String[]::new);
                    return Daemon.start(namespace, device, environment, all);
                },
                namespace -> Daemon.start(Program.WIREGUARD_GO, namespace))) {
            tunnel.configure();
            tunnel.connectIpv4();
            for (Traffic traffic : Traffic.values()) {
                traffic.run(tunnel);
            }
            assertThat(tunnel.first().log()).containsPattern("io_uring: off|plain system calls .*io_uring");
        }
    }

    @Test
    void plainCallsServeWhenIoUringIsForbidden() {
        expectTrafficOverPlainCalls(
                Map.of(),
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                Repository.root().resolve("src/test/target/test-classes").toString(),
                WithoutIoUring.class.getName());
    }

    @Test
    void plainCallsServeWhenAskedFor() {
        expectTrafficOverPlainCalls(Map.of("CULVERT_IO", "plain", "LOG_LEVEL", "verbose"), "env");
    }
}
