// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static io.culvert.engine.device.HandshakeFilter.Verdict.ACCEPT;
import static io.culvert.engine.device.HandshakeFilter.Verdict.ASK_FOR_COOKIE;
import static io.culvert.engine.device.HandshakeFilter.Verdict.REFUSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.Simulation;
import io.culvert.natives.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each refusal has its reason, in the order of the costs. */
class HandshakeFilterTest {
    private static final int INITIATION = HandshakeInitiation.BYTES;

    private final Simulation simulation = new Simulation(1, 1);
    private final Node a = simulation.node();
    private final Node b = simulation.node();
    private final HandshakeFilter filter = new HandshakeFilter(b.device());
    private final CookieGenerator generator = new CookieGenerator(b.publicKey());
    private final UdpEndpoint from = new UdpEndpoint();
    private final long message = Memory.allocate(INITIATION, 8);
    private final long now = simulation.clock().nanos();

    HandshakeFilterTest() {
        from.setIpv4(0x7f000001, 1000);
    }

    @AfterEach
    void close() {
        filter.close();
        Memory.free(message);
        simulation.close();
    }

    private HandshakeFilter.Verdict check(int length, boolean underLoad) {
        return filter.check(message, length, from, underLoad, now);
    }

    private void send(int type, int length) {
        Memory.putInt(message, type);
        generator.addMacs(message, length, now);
    }

    private long count(HandshakeOutcome outcome) {
        return filter.outcomes().get(outcome);
    }

    @Test
    void initiationsNeedACookieUnderLoadOnlyAndAreLimitedThen() {
        send(Message.HANDSHAKE_INITIATION, INITIATION);
        assertThat(check(INITIATION, false)).isEqualTo(ACCEPT);
        assertThat(check(INITIATION, true)).isEqualTo(ASK_FOR_COOKIE);
        long reply = filter.cookieReply(message, INITIATION, from, now);
        assertThat(count(HandshakeOutcome.COOKIE_SENT)).isEqualTo(1);
        assertThat(generator.consumeReply(reply, now)).isTrue();
        send(Message.HANDSHAKE_INITIATION, INITIATION);
        for (int i = 0; i < 5; i++) {
            assertThat(check(INITIATION, true)).isEqualTo(ACCEPT);
        }
        assertThat(check(INITIATION, true)).isEqualTo(REFUSE);
        assertThat(count(HandshakeOutcome.RATE_LIMITED)).isEqualTo(1);
    }

    @Test
    void otherLengthsAndTypesAreMalformed() {
        send(Message.HANDSHAKE_INITIATION, INITIATION);
        for (int length = 0; length < INITIATION; length++) {
            assertThat(check(length, false)).isEqualTo(REFUSE);
        }
        send(Message.DATA, INITIATION);
        assertThat(check(INITIATION, false)).isEqualTo(REFUSE);
        assertThat(count(HandshakeOutcome.MALFORMED)).isEqualTo(INITIATION + 1);
    }

    @Test
    void aWrongMacIsRefused() {
        send(Message.HANDSHAKE_INITIATION, INITIATION);
        Memory.putByte(message + 50, (byte) (Memory.getByte(message + 50) + 1));
        assertThat(check(INITIATION, false)).isEqualTo(REFUSE);
        assertThat(count(HandshakeOutcome.WRONG_MAC)).isEqualTo(1);
    }

    /** Before any MAC is computed. */
    @Test
    void answersToNoMessageOfOursAreRefused() {
        send(Message.HANDSHAKE_RESPONSE, HandshakeResponse.BYTES);
        assertThat(check(HandshakeResponse.BYTES, false)).isEqualTo(REFUSE);
        Memory.putInt(message, Message.HANDSHAKE_COOKIE);
        assertThat(check(CookieReply.BYTES, false)).isEqualTo(REFUSE);
        assertThat(count(HandshakeOutcome.UNKNOWN_INDEX)).isEqualTo(2);

        b.addPeer(a, a.outer4);
        simulation.network().block(sent -> true);
        b.send(a, 1, 100);
        simulation.runUntilIdle();
        int index =
                Memory.getInt(addressOf(simulation.network().sent().getFirst().payload()) + 4);
        Memory.putInt(message, Message.HANDSHAKE_COOKIE);
        Memory.putInt(message + 4, index);
        assertThat(check(CookieReply.BYTES, false)).isEqualTo(ACCEPT);
        Memory.putInt(message + 8, index);
        send(Message.HANDSHAKE_RESPONSE, HandshakeResponse.BYTES);
        assertThat(check(HandshakeResponse.BYTES, false)).isEqualTo(ACCEPT);
        Memory.putByte(message + 20, (byte) (Memory.getByte(message + 20) + 1));
        assertThat(check(HandshakeResponse.BYTES, false)).isEqualTo(REFUSE);
        assertThat(count(HandshakeOutcome.WRONG_MAC)).isEqualTo(1);
    }

    private long addressOf(byte[] payload) {
        Memory.copy(payload, 0, message, payload.length);
        return message;
    }
}
