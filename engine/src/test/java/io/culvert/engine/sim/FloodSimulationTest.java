// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import static io.culvert.engine.testkit.Simulation.MILLISECOND;
import static io.culvert.engine.testkit.Simulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.device.HandshakeOutcome;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.Message;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import io.culvert.natives.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Floods of messages that are no peer's, in virtual time. */
class FloodSimulationTest {
    private final Simulation simulation = new Simulation(3, 2);
    private final Node a = simulation.node();
    private final Node b = simulation.node();
    private final Node c = simulation.node();
    private final SplittableRandom random = new SplittableRandom(3);

    @BeforeEach
    void connect() {
        a.addPeer(b, b.outer4);
        b.addPeer(a, null);
        c.addPeer(b, b.outer4);
        b.addPeer(c, null);
    }

    @AfterEach
    void close() {
        simulation.close();
    }

    private Address spoofed() {
        return Address.of("203.0." + random.nextInt(256) + "." + random.nextInt(256), 1024 + random.nextInt(60_000));
    }

    /** Initiations to b with a right mac1, from random addresses. */
    private void flood(int count) {
        CookieGenerator generator = new CookieGenerator(b.publicKey());
        long message = Memory.allocate(HandshakeInitiation.BYTES, 8);
        for (int i = 0; i < count; i++) {
            byte[] bytes = new byte[HandshakeInitiation.BYTES];
            random.nextBytes(bytes);
            Memory.copy(bytes, 0, message, bytes.length);
            Memory.putInt(message, Message.HANDSHAKE_INITIATION);
            generator.addMacs(message, bytes.length, 0);
            Memory.copy(message, bytes, 0, bytes.length);
            simulation.network().inject(new Datagram(bytes, spoofed(), b.outer4, 0, 0));
        }
        Memory.free(message);
    }

    /** With a cookie, which takes its second initiation, 5 s after the first. */
    @Test
    void honestPeerGetsThroughAFloodThatDelaysNoOtherPeer() {
        c.send(b, 0, 100);
        simulation.runUntilIdle();
        assertThat(b.received()).containsExactly(0);
        List<Integer> received = new ArrayList<>();
        int steps = 60;
        for (int i = 0; i < steps; i++) {
            flood(600);
            c.send(b, 2 * i + 2, 100);
            if (i == 3) {
                a.send(b, 1, 100);
            }
            simulation.run(100 * MILLISECOND);
            received.addAll(b.received());
        }
        assertThat(received).hasSize(steps + 1).contains(1);
        assertThat(b.device().statistics().handshakeOutcomes().get(HandshakeOutcome.COOKIE_SENT))
                .isGreaterThan(steps * 500);
        assertThat(b.device().statistics().handshakeOutcomes().get(HandshakeOutcome.ACCEPTED))
                .as("initiations before the load was seen, and those of honest peers")
                .isLessThan(700);
        assertThat(a.peer().handshakeSeconds()).isPositive();
    }

    @Test
    void whatAFloodLeavesBehindIsNothing() {
        int indices = b.device().indexTable().size();
        flood(3000);
        simulation.run(3 * SECOND);
        assertThat(b.device().indexTable().size()).isEqualTo(indices);
        assertThat(b.device().handshakes().doWork()).isZero();
    }

    /** Otherwise each datagram of the stream would be a super-packet of its own. */
    @Test
    void dataOfUnknownSendersDoesNotSplitTrains() {
        a.send(b, 0, 100);
        simulation.runUntilIdle();
        b.tun().received();
        simulation.network().sent();
        simulation.network().block(datagram -> true);
        for (int i = 1; i <= 10; i++) {
            a.send(b, 2 * i, 1000);
        }
        simulation.runUntilIdle();
        for (Datagram datagram : simulation.network().sent()) {
            byte[] unknown = datagram.payload().clone();
            unknown[5] ^= 1;
            simulation.network().inject(new Datagram(unknown, spoofed(), b.outer4, 0, 0));
            simulation.network().inject(datagram);
        }
        simulation.network().unblock();
        simulation.runUntilIdle();
        assertThat(b.device().drops().get(DropCause.RX_UNKNOWN_INDEX)).isEqualTo(10);
        assertThat(b.tun().received()).hasSize(1);
    }
}
