// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A daemon in which something fails that it cannot handle ends by itself, with the cause and status 3. */
@OnHost
class DaemonFailureTest extends InNamespace {
    private static final Duration END = Duration.ofMinutes(1);

    private Daemon start(String fault) {
        Map<String, String> environment =
                Map.of("CULVERT_WARMUP", "off", "CULVERT_JAVA_OPTS", "-Dculvert.faults=" + fault);
        return Daemon.start(Program.CULVERT, namespace, device, environment);
    }

    /** Lets the threads that have something to do then do it. */
    private void use(Daemon daemon) {
        namespace.ip("address", "add", "192.168.241.1/24", "dev", device);
        namespace.ip("link", "set", device, "up");
        String[] peer = {"peer", Key.generate().pub(), "endpoint", "192.168.241.1:9", "allowed-ips", "192.168.241.0/24"
        };
        // The daemon may end before it has answered.
        Command.of("wg", "set", device, "private-key", Key.generate().file().toString())
                .run();
        Command.of("wg", "set", device, peer[0], peer[1], peer[2], peer[3], peer[4], peer[5])
                .run();
        Ping.tryOnce(namespace, "192.168.241.2");
    }

    @ParameterizedTest
    @CsvSource({"getrandom, -handshake-", "poll, -handshake-reader", "poll, culvert-tun"})
    void anErrorOfAThreadEndsTheDaemon(String call, String thread) {
        try (Daemon daemon = start(call + "@" + thread + "#3=error")) {
            use(daemon);
            assertThat(daemon.hasEnded(END)).as(daemon.log()).isTrue();
            assertThat(daemon.exitStatus()).isEqualTo(3);
            assertThat(daemon.log()).contains("internal error in ").contains("planted in " + call);
            assertThat(namespace.interfaces()).hasSize(1);
            assertThat(Daemon.socket(device)).doesNotExist();
        }
    }

    @Test
    void aDeviceThatCannotBeClosedEndsTheDaemonAllTheSame() {
        try (Daemon daemon = start("poll@-handshake-reader#1=stop")) {
            namespace.ip("link", "set", device, "up");
            assertThat(daemon.hasEnded(Duration.ofSeconds(60))).as(daemon.log()).isTrue();
            assertThat(daemon.exitStatus()).isEqualTo(3);
        }
    }
}
