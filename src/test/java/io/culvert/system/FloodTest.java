// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.PublicKey;
import io.culvert.natives.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A flood of initiations with a right mac1, and no cookie, at a daemon. */
@OnHost("curl")
class FloodTest {
    private static final String ADDRESS = "127.0.0.1:9587";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MESSAGES = 1_000;

    private static Path messages(Key receiver) {
        CookieGenerator generator =
                new CookieGenerator(new PublicKey(Base64.getDecoder().decode(receiver.pub())));
        Random random = new Random(1);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] bytes = new byte[HandshakeInitiation.BYTES];
        long message = Memory.allocate(bytes.length, 8);
        for (int i = 0; i < MESSAGES; i++) {
            random.nextBytes(bytes);
            Memory.copy(bytes, 0, message, bytes.length);
            Memory.putInt(message, Message.HANDSHAKE_INITIATION);
            generator.addMacs(message, bytes.length, 0);
            Memory.copy(message, bytes, 0, bytes.length);
            all.writeBytes(bytes);
        }
        Memory.free(message);
        return Unchecked.call(() -> {
            Path file = Files.createTempFile("culvert-flood", "");
            file.toFile().deleteOnExit();
            return Files.write(file, all.toByteArray());
        });
    }

    private static double outcome(Tunnel tunnel, String outcome) {
        return Metrics.of(tunnel.outside(), ADDRESS)
                .sum("culvert_handshake_messages_total\\{.*outcome=\"" + outcome + "\"}");
    }

    @Test
    void honestPeersKeepTheirSessionAndGetNewOnes() {
        try (Tunnel tunnel = Tunnel.create(
                namespace -> Daemon.start(Program.CULVERT, namespace, Names.next(), Map.of("CULVERT_METRICS", ADDRESS)),
                namespace -> Daemon.start(Program.WIREGUARD_GO, namespace))) {
            tunnel.configure();
            tunnel.connectIpv4();
            Ping.once(tunnel.secondSide(), Tunnel.FIRST_IPV4);
            Process flood = tunnel.outside()
                    .start(
                            Map.of(),
                            Daemon.logFile("flood"),
                            Repository.jdkProgram("java"),
                            "-cp",
                            Repository.testClasses(),
                            InitiationFlood.class.getName(),
                            messages(tunnel.firstKey()).toString(),
                            "127.0.0.1",
                            "1");
            try {
                assertThat(Eventually.holds(LIMIT, () -> outcome(tunnel, "cookie_sent") > MESSAGES))
                        .isTrue();
                Ping.flood(tunnel.secondSide(), Tunnel.FIRST_IPV4);
                String device = tunnel.second().device();
                tunnel.secondSide().ip("link", "set", device, "down");
                tunnel.secondSide().ip("link", "set", device, "up");
                assertThat(Eventually.holds(
                                LIMIT,
                                () -> Ping.tryOnce(tunnel.secondSide(), Tunnel.FIRST_IPV4)
                                                .exit()
                                        == 0))
                        .as("a new session under the flood")
                        .isTrue();
                assertThat(flood.isAlive()).isTrue();
            } finally {
                flood.destroy();
            }
            assertThat(outcome(tunnel, "wrong_mac")).isZero();
            assertThat(tunnel.first().log()).doesNotContain("Exception");
        }
    }
}
