package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.cookie.CookieChecker;
import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.cookie.RateLimiter;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.sim.SeededRandom;
import io.culvert.engine.sim.VirtualClock;
import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * Whatever comes from the network, in whatever state a handshake is: nothing throws, nothing reads past the datagram
 * (which lies in memory of just its size, under checks), nothing is accepted that was changed, and nothing changes. The
 * handshake ends well all the same.
 *
 * <p>Each datagram is offered by way of its type and length, as the network would bring it, with the MACs that anyone can
 * compute who knows the public key.
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

    /** What a datagram is made from. */
    enum Origin {
        INITIATION,
        RESPONSE,
        COOKIE_REPLY,
        RANDOM
    }

    /** A byte to be changed, counted modulo the datagram's length. */
    record Change(int at, int by) {}

    /**
     * How to spoil a message.
     *
     * @param length bytes to cut off, or to append when negative
     */
    record Spoiled(Origin origin, List<Change> changes, int length, byte[] random) {
        byte[] apply(byte[] genuine) {
            byte[] result = Arrays.copyOf(genuine, Math.max(genuine.length - length, 1));
            for (Change change : changes) {
                result[change.at % result.length] ^= (byte) change.by;
            }
            return result;
        }
    }

    private final VirtualClock clock = new VirtualClock();
    private final SeededRandom random = new SeededRandom(9);
    private final UdpEndpoint source = new UdpEndpoint();
    private Side a;
    private Side b;
    private CookieGenerator generatorOfA;
    private CookieGenerator generatorOfB;
    private CookieChecker checkerOfA;
    private CookieChecker checkerOfB;
    private byte[] initiation;
    private byte[] response;
    private byte[] cookieReply;

    @BeforeTry
    void exchangeMessages() {
        Side[] pair = Side.pair(800);
        a = pair[0];
        b = pair[1];
        source.setIpv4(0x0a000001, 1000);
        generatorOfA = new CookieGenerator(b.identity.publicKey());
        generatorOfB = new CookieGenerator(a.identity.publicKey());
        checkerOfA = checker(a);
        checkerOfB = checker(b);

        // An initiation has come to b, so that there is a genuine response, for which a waits.
        a.initiate(INITIATOR, clock);
        b.consumeInitiationOf(a, clock);
        b.respond(RESPONDER);
        generatorOfB.addMacs(b.response, HandshakeResponse.BYTES, clock.nanos());
        response = bytes(b.response, HandshakeResponse.BYTES);
        generatorOfA.addMacs(a.initiation, HandshakeInitiation.BYTES, clock.nanos());
        long reply = Memory.allocate(CookieReply.BYTES, 8);
        checkerOfB.createReply(reply, a.initiation, HandshakeInitiation.BYTES, source, clock.nanos());
        cookieReply = bytes(reply, CookieReply.BYTES);
        Memory.free(reply);
    }

    @AfterTry
    void close() {
        a.close();
        b.close();
        checkerOfA.close();
        checkerOfB.close();
    }

    private CookieChecker checker(Side side) {
        CookieChecker checker = new CookieChecker(new RateLimiter(random), random);
        checker.setPublicKey(side.identity.publicKey());
        return checker;
    }

    private static byte[] bytes(long address, int count) {
        byte[] copy = new byte[count];
        Memory.copy(address, copy, 0, count);
        return copy;
    }

    @Property(tries = 150)
    void nothingIsAcceptedAndNothingChanges(@ForAll("spoiled") @Size(min = 1, max = 8) List<Spoiled> spoiled) {
        makeFreshInitiation();
        String before = state();
        for (Spoiled message : spoiled) {
            byte[] genuine = genuine(message);
            byte[] datagram = message.apply(genuine);
            boolean changed = message.origin == Origin.RANDOM || isChanged(genuine, datagram);
            if (changed) {
                assertThat(isAccepted(datagram, a, generatorOfA, checkerOfA))
                        .as(() -> HexFormat.of().formatHex(datagram))
                        .isFalse();
                assertThat(isAccepted(datagram, b, generatorOfA, checkerOfB))
                        .as(() -> HexFormat.of().formatHex(datagram))
                        .isFalse();
            }
        }
        assertThat(state()).isEqualTo(before);
        assertEndsWell();
    }

    /** An initiation that b would take: as a would send it a second later. */
    private void makeFreshInitiation() {
        Side fresh = new Side(800);
        fresh.know(b.identity.publicKey());
        clock.advance(1_000_000_000);
        fresh.initiate(INITIATOR + 1, clock);
        initiation = bytes(fresh.initiation, HandshakeInitiation.BYTES);
        fresh.close();
    }

    private byte[] genuine(Spoiled message) {
        return switch (message.origin) {
            case INITIATION -> initiation;
            case RESPONSE -> response;
            case COOKIE_REPLY -> cookieReply;
            case RANDOM -> message.random;
        };
    }

    /**
     * Whether it differs in what it is, or in a part that is authenticated. The sender index is not, and so not the
     * receiver index of a cookie reply; the MACs are made anew.
     */
    private static boolean isChanged(byte[] genuine, byte[] datagram) {
        int end = genuine.length == CookieReply.BYTES ? CookieReply.BYTES : Message.mac1(genuine.length);
        return genuine.length != datagram.length
                || !Arrays.equals(genuine, 0, 4, datagram, 0, 4)
                || !Arrays.equals(genuine, 8, end, datagram, 8, end);
    }

    private boolean isAccepted(byte[] datagram, Side to, CookieGenerator cookies, CookieChecker checker) {
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
            checker.validate(address, datagram.length, source, true, clock.nanos());
            new CookieGenerator(to.identity.publicKey()).addMacs(address, datagram.length, clock.nanos());
            assertThat(checker.validate(address, datagram.length, source, true, clock.nanos()))
                    .isEqualTo(CookieChecker.Result.VALID_MAC_BUT_NO_COOKIE);
            return Message.type(address) == Message.HANDSHAKE_INITIATION
                    ? Handshake.consumeInitiation(to.identity, address, to::lookup, clock) != null
                    : to.handshake.consumeResponse(to.identity, address);
        } finally {
            Memory.free(address);
        }
    }

    /** All that either side holds. */
    private String state() {
        StringBuilder all = new StringBuilder();
        for (Side side : List.of(a, b)) {
            Handshake handshake = side.handshake;
            all.append(handshake.state()).append(' ');
            all.append(handshake.localIndex()).append(' ');
            all.append(handshake.remoteIndex()).append(' ');
            all.append(side.droppedIndices).append(' ');
            all.append(HexFormat.of().formatHex(bytes((long) MEMORY.get(handshake), 192)));
            all.append('\n');
        }
        return all.toString();
    }

    private void assertEndsWell() {
        assertThat(a.handshake.state()).isEqualTo(Handshake.State.CREATED_INITIATION);
        assertThat(a.consumeResponseOf(b)).isTrue();
        Keypair ofA = a.handshake.beginSession(INITIATOR, 0);
        Keypair ofB = b.handshake.beginSession(RESPONDER, 0);
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

    @Provide
    Arbitrary<List<Spoiled>> spoiled() {
        Arbitrary<Change> change = Combinators.combine(
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.integers().between(1, 255))
                .as(Change::new);
        // Most keep their length, else they would never be looked into.
        Arbitrary<Integer> length = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(0)),
                Tuple.of(1, Arbitraries.integers().between(-200, 200)));
        return Combinators.combine(Arbitraries.of(Origin.class), change.list().ofMaxSize(4), length, randomDatagram())
                .as(Spoiled::new)
                .list();
    }

    /** Half of them with the type and length of a handshake message. */
    private static Arbitrary<byte[]> randomDatagram() {
        Arbitrary<byte[]> any =
                Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(300);
        Arbitrary<byte[]> typed = Combinators.combine(
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.bytes().array(byte[].class).ofSize(HandshakeInitiation.BYTES))
                .as((type, content) -> {
                    int[] lengths = {HandshakeInitiation.BYTES, HandshakeResponse.BYTES, CookieReply.BYTES};
                    byte[] message = Arrays.copyOf(content, lengths[type - 1]);
                    Arrays.fill(message, 0, 4, (byte) 0);
                    message[0] = (byte) (int) type;
                    return message;
                });
        return Arbitraries.oneOf(any, typed);
    }
}
