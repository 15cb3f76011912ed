// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.cookie.CookieChecker;
import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.cookie.MacChecker;
import io.culvert.engine.cookie.RateLimiter;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.engine.testkit.VirtualClock;
import io.culvert.laws.Draw;
import io.culvert.laws.Laws;
import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Corrupted handshake messages and cookie replies neither throw, nor are read past their end, nor are accepted, nor
 * change the state of a handshake, which completes afterwards. Each datagram lies in an allocation of its exact size,
 * so that bounds checks catch a read past its end.
 *
 * <p>A datagram is dispatched by its type and length, as the receive path does it. It carries valid MACs, because
 * anyone who knows the public key can compute them.
 */
class HostileMessagesTest {
    private static final int INITIATOR = 0x0a0b0c0d;
    private static final int RESPONDER = 0x1a1b1c1d;
    private static final VarHandle MEMORY;

    static {
        try {
            MEMORY = MethodHandles.privateLookupIn(Handshake.class, MethodHandles.lookup())
                    .findVarHandle(Handshake.class, "memory", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The genuine message that a datagram is made from. */
    enum Origin {
        INITIATION,
        RESPONSE,
        COOKIE_REPLY,
        RANDOM
    }

    /**
     * A byte to change.
     *
     * @param at its offset, modulo the datagram's length
     * @param by the value to XOR it with
     */
    record Change(int at, int by) {}

    /**
     * How to corrupt a message.
     *
     * @param cut bytes to cut off the end, or to append if negative
     * @param random the datagram, if the origin is RANDOM
     */
    record Corruption(Origin origin, List<Change> changes, int cut, byte[] random) {
        byte[] apply(byte[] genuine) {
            byte[] result = Arrays.copyOf(genuine, Math.max(genuine.length - cut, 1));
            for (Change change : changes) {
                result[change.at % result.length] ^= (byte) change.by;
            }
            return result;
        }

        @Override
        public String toString() {
            return "%s %s cut %d random %s"
                    .formatted(origin, changes, cut, HexFormat.of().formatHex(random));
        }
    }

    private VirtualClock clock;
    private SeededRandom random;
    private final UdpEndpoint source = new UdpEndpoint();
    private Side a;
    private Side b;
    private CookieGenerator generatorOfA;
    private CookieGenerator generatorOfB;
    private final List<CookieChecker> checkers = new ArrayList<>();
    private MacChecker macsOfA;
    private MacChecker macsOfB;
    private byte[] initiation;
    private byte[] response;
    private byte[] cookieReply;

    private void exchangeMessages(long seed) {
        clock = new VirtualClock();
        random = new SeededRandom(seed);
        Side[] pair = Side.pair(800);
        a = pair[0];
        b = pair[1];
        source.setIpv4(0x0a000001, 1000);
        generatorOfA = new CookieGenerator(b.identity.publicKey());
        generatorOfB = new CookieGenerator(a.identity.publicKey());
        macsOfA = macs(a);
        macsOfB = macs(b);

        // B has consumed an initiation, so that a genuine response exists, and A awaits it.
        a.initiate(INITIATOR, clock);
        b.consumeInitiationOf(a, clock);
        b.respond(RESPONDER);
        generatorOfB.addMacs(b.response, HandshakeResponse.BYTES, clock.nanos());
        response = bytes(b.response, HandshakeResponse.BYTES);
        generatorOfA.addMacs(a.initiation, HandshakeInitiation.BYTES, clock.nanos());
        long reply = Memory.allocate(CookieReply.BYTES, 8);
        macsOfB.createReply(reply, a.initiation, HandshakeInitiation.BYTES, source, clock.nanos());
        cookieReply = bytes(reply, CookieReply.BYTES);
        Memory.free(reply);
    }

    private void close() {
        a.close();
        b.close();
        macsOfA.close();
        macsOfB.close();
        checkers.forEach(CookieChecker::close);
    }

    private MacChecker macs(Side side) {
        CookieChecker checker = new CookieChecker(new RateLimiter(random), random);
        checker.setPublicKey(side.identity.publicKey());
        checkers.add(checker);
        return new MacChecker(checker);
    }

    private static byte[] bytes(long address, int count) {
        byte[] copy = new byte[count];
        Memory.copy(address, copy, 0, count);
        return copy;
    }

    @Test
    void corruptedMessagesAreRejectedWithoutStateChange() {
        Laws.check(150, draw -> {
            exchangeMessages(draw.longInteger());
            try {
                checkRejected(draw.list(1, 8, () -> corruption(draw)));
            } finally {
                close();
            }
        });
    }

    private void checkRejected(List<Corruption> corruptions) {
        makeFreshInitiation();
        String before = state();
        for (Corruption message : corruptions) {
            byte[] genuine = genuine(message);
            byte[] datagram = message.apply(genuine);
            boolean changed = message.origin == Origin.RANDOM || isChanged(genuine, datagram);
            if (changed) {
                assertThat(isAccepted(datagram, a, generatorOfA, macsOfA))
                        .as(() -> HexFormat.of().formatHex(datagram))
                        .isFalse();
                assertThat(isAccepted(datagram, b, generatorOfA, macsOfB))
                        .as(() -> HexFormat.of().formatHex(datagram))
                        .isFalse();
            }
        }
        assertThat(state()).isEqualTo(before);
        assertHandshakeCompletes();
    }

    /** Makes an initiation that B would accept: one that A sends a second later. */
    private void makeFreshInitiation() {
        Side fresh = new Side(800);
        fresh.know(b.identity.publicKey());
        clock.advance(1_000_000_000);
        fresh.initiate(INITIATOR + 1, clock);
        initiation = bytes(fresh.initiation, HandshakeInitiation.BYTES);
        fresh.close();
    }

    private byte[] genuine(Corruption message) {
        return switch (message.origin) {
            case INITIATION -> initiation;
            case RESPONSE -> response;
            case COOKIE_REPLY -> cookieReply;
            case RANDOM -> message.random;
        };
    }

    /**
     * Whether the datagram differs in length, type or an authenticated field. The sender index, or the receiver index
     * of a cookie reply, is not authenticated. The MACs are recomputed.
     */
    private static boolean isChanged(byte[] genuine, byte[] datagram) {
        int end = genuine.length == CookieReply.BYTES ? CookieReply.BYTES : Message.mac1(genuine.length);
        return genuine.length != datagram.length
                || !Arrays.equals(genuine, 0, 4, datagram, 0, 4)
                || !Arrays.equals(genuine, 8, end, datagram, 8, end);
    }

    private boolean isAccepted(byte[] datagram, Side to, CookieGenerator cookies, MacChecker macs) {
        long address = Memory.allocate(datagram.length, 1);
        try {
            Memory.copy(datagram, 0, address, datagram.length);
            assertThat(DataMessage.isData(address, datagram.length) && Message.isHandshake(address, datagram.length))
                    .isFalse();
            if (!Message.isHandshake(address, datagram.length)) {
                return false;
            }
            if (Message.type(address) == Message.HANDSHAKE_COOKIE) {
                return cookies.consumeReply(address, clock.nanos());
            }
            macs.validate(address, datagram.length, source, true, clock.nanos());
            new CookieGenerator(to.identity.publicKey()).addMacs(address, datagram.length, clock.nanos());
            assertThat(macs.validate(address, datagram.length, source, true, clock.nanos()))
                    .isEqualTo(MacChecker.Result.VALID_MAC_BUT_NO_COOKIE);
            return Message.type(address) == Message.HANDSHAKE_INITIATION
                    ? Handshake.consumeInitiation(to.identity, address, to::lookup, clock, to::refused) != null
                    : to.handshake.consumeResponse(to.identity, address);
        } finally {
            Memory.free(address);
        }
    }

    /** The complete handshake state of both sides. */
    private String state() {
        StringBuilder all = new StringBuilder();
        for (Side side : List.of(a, b)) {
            Handshake<Side> handshake = side.handshake;
            all.append(handshake.state()).append(' ');
            all.append(handshake.localIndex()).append(' ');
            all.append(handshake.remoteIndex()).append(' ');
            all.append(side.droppedIndices).append(' ');
            all.append(HexFormat.of().formatHex(bytes((long) MEMORY.get(handshake), 192)));
            all.append('\n');
        }
        return all.toString();
    }

    private void assertHandshakeCompletes() {
        assertThat(a.handshake.state()).isEqualTo(Handshake.State.CREATED_INITIATION);
        assertThat(a.consumeResponseOf(b)).isTrue();
        Keypair<Side> ofA = a.handshake.beginSession(INITIATOR, 0);
        Keypair<Side> ofB = b.handshake.beginSession(RESPONDER, 0);
        assertThat(bytes(ofA.sendKey(), 32)).isEqualTo(bytes(ofB.receiveKey(), 32));
        ofA.release();
        ofB.release();
        Memory.copy(initiation, 0, a.initiation, initiation.length);
        assertThat(b.consumeInitiationOf(a, clock)).isNotNull();
        long reply = Memory.allocate(CookieReply.BYTES, 8);
        Memory.copy(cookieReply, 0, reply, cookieReply.length);
        assertThat(generatorOfA.consumeReply(reply, clock.nanos())).isTrue();
        Memory.free(reply);
    }

    private static Corruption corruption(Draw draw) {
        Origin origin = draw.of(Origin.values());
        List<Change> changes = draw.list(0, 4, () -> new Change(draw.integer(0, 400), draw.integer(1, 255)));
        // Most keep their length: any other is rejected before the content is read.
        int cut = draw.chance(4, 5) ? 0 : draw.integer(-200, 200);
        return new Corruption(origin, changes, cut, randomDatagram(draw));
    }

    /** Half of them have the type and length of a handshake message. */
    private static byte[] randomDatagram(Draw draw) {
        if (draw.bool()) {
            return draw.bytes(1, 300);
        }
        int type = draw.of(1, 2, 3);
        int[] lengths = {HandshakeInitiation.BYTES, HandshakeResponse.BYTES, CookieReply.BYTES};
        byte[] message = draw.bytes(lengths[type - 1], lengths[type - 1]);
        Arrays.fill(message, 0, 4, (byte) 0);
        message[0] = (byte) type;
        return message;
    }
}
