// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Handshake.State;
import io.culvert.engine.testkit.VirtualClock;
import io.culvert.natives.Memory;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
    static final String[] LOW_ORDER = Curve25519Test.LOW_ORDER;

    private static final int INITIATOR = 0x11223344;
    private static final int RESPONDER = 0x55667788;
    private static final long MILLISECOND = 1_000_000;

    private final VirtualClock clock = new VirtualClock();
    private Side a;
    private Side b;

    @BeforeEach
    void pair() {
        Side[] pair = Side.pair(100);
        a = pair[0];
        b = pair[1];
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private static byte[] bytes(long address, int count) {
        byte[] copy = new byte[count];
        Memory.copy(address, copy, 0, count);
        return copy;
    }

    private static byte[] sendKey(Keypair<?> keypair) {
        return bytes(keypair.sendKey(), 32);
    }

    private static byte[] receiveKey(Keypair<?> keypair) {
        return bytes(keypair.receiveKey(), 32);
    }

    private static byte[] key(int seed) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) seed);
        return key;
    }

    /** Runs the handshake up to the response, which is not consumed yet. */
    private void upToResponse() {
        assertThat(a.initiate(INITIATOR, clock)).isTrue();
        assertThat(b.consumeInitiationOf(a, clock)).isSameAs(b.handshake);
        assertThat(b.respond(RESPONDER)).isTrue();
    }

    private void assertSessionsMatch() {
        Keypair<Side> ofA = a.handshake.beginSession(INITIATOR, clock.nanos());
        Keypair<Side> ofB = b.handshake.beginSession(RESPONDER, clock.nanos());
        assertThat(sendKey(ofA)).isEqualTo(receiveKey(ofB)).isNotEqualTo(receiveKey(ofA));
        assertThat(receiveKey(ofA)).isEqualTo(sendKey(ofB));
        ofA.release();
        ofB.release();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothSidesDeriveTheSameKeys(boolean presharedKey) {
        if (presharedKey) {
            a.setPresharedKey(key(7));
            b.setPresharedKey(key(7));
        }
        upToResponse();
        assertThat(a.consumeResponseOf(b)).isTrue();
        Keypair<Side> ofA = a.handshake.beginSession(INITIATOR, 5);
        Keypair<Side> ofB = b.handshake.beginSession(RESPONDER, 6);
        assertThat(sendKey(ofA)).isEqualTo(receiveKey(ofB)).isNotEqualTo(receiveKey(ofA));
        assertThat(receiveKey(ofA)).isEqualTo(sendKey(ofB));
        assertThat(ofA.isInitiator()).isTrue();
        assertThat(ofB.isInitiator()).isFalse();
        assertThat(ofA.localIndex()).isEqualTo(INITIATOR);
        assertThat(ofA.remoteIndex()).isEqualTo(RESPONDER);
        assertThat(ofB.localIndex()).isEqualTo(RESPONDER);
        assertThat(ofB.remoteIndex()).isEqualTo(INITIATOR);
        assertThat(ofA.createdNanos()).isEqualTo(5);
        assertThat(ofA.owner()).isSameAs(a);
        assertThat(a.handshake.state()).isEqualTo(State.ZEROED);
        assertThat(b.handshake.state()).isEqualTo(State.ZEROED);
        // The keypairs have taken over the indices.
        a.handshake.clear();
        b.handshake.clear();
        assertThat(a.droppedIndices).isEmpty();
        assertThat(b.droppedIndices).isEmpty();
        ofA.release();
        ofB.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9})
    void agreesByteForByteWithThePaper(int presharedKey) {
        byte[] ephemeralOfA = key(3);
        byte[] ephemeralOfB = key(5);
        a.setPresharedKey(key(presharedKey));
        b.setPresharedKey(key(presharedKey));
        a.handshake.createInitiation(a.initiation, INITIATOR, clock, fixedRandom(ephemeralOfA));
        Memory.zero(a.initiation + Message.mac1(HandshakeInitiation.BYTES), 32);
        PlainNoise plain = new PlainNoise();
        byte[] initiation = plain.initiation(
                ephemeralOfA,
                a.privateKey(),
                b.identity.publicKey().toBytes(),
                Tai64nTest.bytes(Tai64n.now(clock)),
                INITIATOR);
        assertThat(bytes(a.initiation, HandshakeInitiation.BYTES)).isEqualTo(initiation);

        assertThat(b.consumeInitiationOf(a, clock)).isNotNull();
        b.handshake.createResponse(b.response, RESPONDER, fixedRandom(ephemeralOfB));
        Memory.zero(b.response + Message.mac1(HandshakeResponse.BYTES), 32);
        byte[] response = plain.response(
                ephemeralOfB,
                PlainNoise.publicKey(ephemeralOfA),
                a.identity.publicKey().toBytes(),
                key(presharedKey),
                RESPONDER,
                INITIATOR);
        assertThat(bytes(b.response, HandshakeResponse.BYTES)).isEqualTo(response);

        assertThat(a.consumeResponseOf(b)).isTrue();
        Keypair<Side> ofA = a.handshake.beginSession(INITIATOR, 0);
        assertThat(sendKey(ofA)).isEqualTo(plain.transportKeys()[0]);
        assertThat(receiveKey(ofA)).isEqualTo(plain.transportKeys()[1]);
        ofA.release();
    }

    /** A random source that returns fixed bytes. */
    private static RandomSource fixedRandom(byte[] bytes) {
        return new RandomSource() {
            @Override
            public void fill(long address, int count) {
                Memory.copy(bytes, 0, address, count);
            }

            @Override
            public void fill(byte[] target) {
                System.arraycopy(bytes, 0, target, 0, target.length);
            }

            @Override
            public int nextInt() {
                return 0;
            }
        };
    }

    @Test
    void refusesAReplayedInitiation() {
        upToResponse();
        clock.advance(1000 * MILLISECOND);
        assertThat(b.consumeInitiationOf(a, clock)).isNull();
        b.handshake.clear();
        assertThat(b.consumeInitiationOf(a, clock)).isNull();
    }

    @Test
    void refusesAnOlderInitiationAfterANewerOne() {
        a.initiate(1, clock);
        byte[] older = bytes(a.initiation, HandshakeInitiation.BYTES);
        clock.advance(1000 * MILLISECOND);
        a.initiate(2, clock);
        assertThat(b.consumeInitiationOf(a, clock)).isNotNull();
        clock.advance(1000 * MILLISECOND);
        Memory.copy(older, 0, a.initiation, older.length);
        assertThat(b.consumeInitiationOf(a, clock)).isNull();
    }

    @Test
    void refusesTooFrequentInitiations() {
        a.initiate(1, clock);
        assertThat(b.consumeInitiationOf(a, clock)).isNotNull();
        clock.advanceWall(1000 * MILLISECOND);
        a.initiate(2, clock);
        clock.advance(20 * MILLISECOND - 1);
        assertThat(b.consumeInitiationOf(a, clock)).isNull();
        assertThat(b.refusals).containsExactly(HandshakeFailure.TOO_FREQUENT);
        clock.advance(1);
        assertThat(b.consumeInitiationOf(a, clock)).isNotNull();
    }

    @Test
    void refusesAnInitiationOfAnUnknownPeer() {
        Side unknown = new Side(500);
        unknown.know(b.identity.publicKey());
        assertThat(unknown.initiate(1, clock)).isTrue();
        assertThat(b.consumeInitiationOf(unknown, clock)).isNull();
        assertThat(b.refusals).containsExactly(HandshakeFailure.UNKNOWN_PEER);
        assertThat(b.handshake.state()).isEqualTo(State.ZEROED);
        unknown.close();
    }

    @Test
    void refusesAnInitiationForAnotherDevice() {
        Side other = new Side(501);
        other.know(a.identity.publicKey());
        a.initiate(1, clock);
        assertThat(other.consumeInitiationOf(a, clock)).isNull();
        assertThat(other.refusals).containsExactly(HandshakeFailure.NOT_AUTHENTIC);
        other.close();
    }

    @Test
    void refusesAnInitiationWithoutAnIdentity() {
        a.initiate(1, clock);
        assertThat(Handshake.consumeInitiation(null, a.initiation, b::lookup, clock, b::refused))
                .isNull();
        b.handshake.setIdentity(null);
        assertThat(b.consumeInitiationOf(a, clock)).isNull();
    }

    @Test
    void refusesAResponseUnderAnotherPresharedKeyAndAcceptsTheRightOne() {
        b.setPresharedKey(key(1));
        upToResponse();
        assertThat(a.consumeResponseOf(b)).isFalse();
        assertThat(a.handshake.state()).isEqualTo(State.CREATED_INITIATION);
        a.setPresharedKey(key(1));
        assertThat(a.consumeResponseOf(b)).isTrue();
        assertSessionsMatch();
    }

    @Test
    void refusesAnInitiationWithAnyByteChanged() {
        a.initiate(INITIATOR, clock);
        int macs = Message.mac1(HandshakeInitiation.BYTES);
        // The indices are covered by the MACs alone.
        for (int i = HandshakeInitiation.EPHEMERAL; i < macs; i++) {
            byte good = Memory.getByte(a.initiation + i);
            Memory.putByte(a.initiation + i, (byte) (good ^ 1 << i % 7));
            assertThat(b.consumeInitiationOf(a, clock)).as("byte %d", i).isNull();
            Memory.putByte(a.initiation + i, good);
        }
        assertThat(b.handshake.state()).isEqualTo(State.ZEROED);
        assertThat(b.consumeInitiationOf(a, clock)).isNotNull();
        assertThat(b.respond(RESPONDER)).isTrue();
        assertThat(a.consumeResponseOf(b)).isTrue();
        assertSessionsMatch();
    }

    @Test
    void refusesAResponseWithAnyByteChangedAndStaysPending() {
        upToResponse();
        int macs = Message.mac1(HandshakeResponse.BYTES);
        for (int i = 8; i < macs; i++) {
            byte good = Memory.getByte(b.response + i);
            Memory.putByte(b.response + i, (byte) (good ^ 1 << i % 7));
            assertThat(a.consumeResponseOf(b)).as("byte %d", i).isFalse();
            Memory.putByte(b.response + i, good);
        }
        assertThat(a.handshake.state()).isEqualTo(State.CREATED_INITIATION);
        assertThat(a.consumeResponseOf(b)).isTrue();
        assertSessionsMatch();
    }

    @Test
    void refusesAResponseToAnInitiationThatWasReplaced() {
        upToResponse();
        a.initiate(INITIATOR + 1, clock);
        assertThat(a.droppedIndices).containsExactly(INITIATOR);
        assertThat(a.consumeResponseOf(b)).isFalse();
        assertThat(a.handshake.state()).isEqualTo(State.CREATED_INITIATION);
    }

    @Test
    void refusesASecondResponse() {
        upToResponse();
        assertThat(a.consumeResponseOf(b)).isTrue();
        assertThat(a.consumeResponseOf(b)).isFalse();
        a.handshake.beginSession(INITIATOR, 0).release();
        assertThat(a.consumeResponseOf(b)).isFalse();
    }

    @Test
    void initiationOfTheOtherSideReplacesOwn() {
        a.initiate(INITIATOR, clock);
        assertThat(b.initiate(RESPONDER, clock)).isTrue();
        assertThat(a.consumeInitiationOf(b, clock)).isNotNull();
        assertThat(a.handshake.state()).isEqualTo(State.CONSUMED_INITIATION);
        assertThat(a.respond(INITIATOR + 1)).isTrue();
        assertThat(a.droppedIndices).containsExactly(INITIATOR);
        assertThat(b.consumeResponseOf(a)).isTrue();
        Keypair<Side> ofA = a.handshake.beginSession(INITIATOR + 1, 0);
        Keypair<Side> ofB = b.handshake.beginSession(RESPONDER, 0);
        assertThat(sendKey(ofA)).isEqualTo(receiveKey(ofB));
        assertThat(ofA.isInitiator()).isFalse();
        ofA.release();
        ofB.release();
    }

    @Test
    void sessionNeedsACompletedHandshake() {
        assertThat(a.handshake.beginSession(0, 0)).isNull();
        a.initiate(INITIATOR, clock);
        assertThat(a.handshake.beginSession(INITIATOR, 0)).isNull();
        b.consumeInitiationOf(a, clock);
        assertThat(b.handshake.beginSession(0, 0)).isNull();
        b.respond(RESPONDER);
        assertThat(b.handshake.beginSession(RESPONDER + 1, 0)).isNull();
        b.handshake.beginSession(RESPONDER, 0).release();
        assertThat(b.handshake.beginSession(RESPONDER, 0)).isNull();
    }

    @Test
    void respondsOnlyToAnInitiation() {
        assertThat(b.respond(RESPONDER)).isFalse();
        upToResponse();
        assertThat(b.respond(RESPONDER + 1)).isFalse();
        assertThat(b.droppedIndices).isEmpty();
    }

    @Test
    void dropsItsIndexWhenCleared() {
        a.initiate(INITIATOR, clock);
        a.handshake.clear();
        assertThat(a.droppedIndices).containsExactly(INITIATOR);
        assertThat(a.handshake.state()).isEqualTo(State.ZEROED);
        a.handshake.clear();
        assertThat(a.droppedIndices).containsExactly(INITIATOR);
    }

    @Test
    void refusesAResponseForAFormerIdentity() {
        upToResponse();
        Side renewed = new Side(700);
        a.handshake.setIdentity(renewed.identity);
        assertThat(a.consumeResponseOf(b)).isFalse();
        assertThat(a.handshake.consumeResponse(renewed.identity, b.response)).isFalse();
        renewed.identity.release();
    }

    @Test
    void refusesAnInitiationWhenTheIdentityChangesMeanwhile() {
        a.initiate(INITIATOR, clock);
        Side renewed = new Side(701);
        Clock changing = new Clock() {
            @Override
            public long nanos() {
                // consumeInitiation reads the time after the last use of a key and before the commit.
                b.handshake.setIdentity(renewed.identity);
                return clock.nanos();
            }

            @Override
            public long wallSeconds() {
                return clock.wallSeconds();
            }

            @Override
            public int wallNanos() {
                return clock.wallNanos();
            }
        };
        assertThat(b.consumeInitiationOf(a, changing)).isNull();
        assertThat(b.handshake.state()).isEqualTo(State.ZEROED);
        b.handshake.setIdentity(b.identity);
        assertThat(b.consumeInitiationOf(a, clock)).isNotNull();
        renewed.identity.release();
    }

    @ParameterizedTest
    @FieldSource("LOW_ORDER")
    void makesNoInitiationToAPeerOfLowOrder(String point) {
        try (Handshake<HandshakeTest> handshake =
                new Handshake<>(new PublicKey(HexFormat.of().parseHex(point)), this, a.droppedIndices::add)) {
            handshake.setIdentity(a.identity);
            assertThat(handshake.createInitiation(a.initiation, 1, clock, a.random))
                    .isFalse();
            assertThat(handshake.state()).isEqualTo(State.ZEROED);
        }
        assertThat(a.droppedIndices).isEmpty();
    }

    /** Anybody knows the shared secret of a key of low order: it is zero. */
    @ParameterizedTest
    @FieldSource("LOW_ORDER")
    void refusesAForgedInitiationOfAPeerOfLowOrder(String point) {
        byte[] claimed = HexFormat.of().parseHex(point);
        byte[] forged = new PlainNoise()
                .initiation(
                        key(3),
                        claimed,
                        new byte[32],
                        b.identity.publicKey().toBytes(),
                        Tai64nTest.bytes(Tai64n.now(clock)),
                        INITIATOR);
        Memory.copy(forged, 0, a.initiation, forged.length);
        b.handshake.close();
        b.know(new PublicKey(claimed));
        assertThat(b.consumeInitiationOf(a, clock)).isNull();
        assertThat(b.refusals).containsExactly(HandshakeFailure.NOT_AUTHENTIC);
    }

    @Test
    void makesNoInitiationWithAFreedIdentity() {
        Side gone = new Side(702);
        a.handshake.setIdentity(gone.identity);
        gone.identity.release();
        assertThat(a.initiate(INITIATOR, clock)).isFalse();
        assertThat(a.handshake.state()).isEqualTo(State.ZEROED);
    }

    @Test
    void knowsItsPeerAndTheIndicesOfBothSides() {
        upToResponse();
        assertThat(a.handshake.owner()).isSameAs(a);
        assertThat(a.handshake.localIndex()).isEqualTo(INITIATOR);
        assertThat(b.handshake.localIndex()).isEqualTo(RESPONDER);
        assertThat(b.handshake.remoteIndex()).isEqualTo(INITIATOR);
        assertThat(a.consumeResponseOf(b)).isTrue();
        assertThat(a.handshake.remoteIndex()).isEqualTo(RESPONDER);
    }

    @ParameterizedTest
    @FieldSource("LOW_ORDER")
    void refusesEphemeralKeysOfLowOrder(String point) {
        upToResponse();
        byte[] bytes = HexFormat.of().parseHex(point);
        Memory.copy(bytes, 0, b.response + HandshakeResponse.EPHEMERAL, 32);
        assertThat(a.consumeResponseOf(b)).isFalse();
        clock.advance(1000 * MILLISECOND);
        a.initiate(INITIATOR, clock);
        Memory.copy(bytes, 0, a.initiation + HandshakeInitiation.EPHEMERAL, 32);
        assertThat(b.consumeInitiationOf(a, clock)).isNull();
    }

    @Test
    void copiesThePresharedKey() {
        try (Secret copy = new Secret(key(5))) {
            a.handshake.copyPresharedKey(copy);
            assertThat(copy.isZero()).as("none").isTrue();
            a.setPresharedKey(key(4));
            a.handshake.copyPresharedKey(copy);
            assertThat(copy.toBytes()).isEqualTo(key(4));
        }
    }

    @Test
    void refusesEverythingOnceClosed() {
        upToResponse();
        a.handshake.close();
        assertThat(a.droppedIndices).containsExactly(INITIATOR);
        assertThat(a.consumeResponseOf(b)).isFalse();
        assertThat(a.initiate(INITIATOR, clock)).isFalse();
        a.handshake.setIdentity(a.identity);
        a.setPresharedKey(key(1));
        a.handshake.clear();
        assertThat(a.initiate(INITIATOR, clock)).isFalse();
        b.handshake.clear();
        b.initiate(RESPONDER, clock);
        assertThat(a.consumeInitiationOf(b, clock)).isNull();
        assertThat(a.handshake.beginSession(INITIATOR, 0)).isNull();
        try (Secret copy = new Secret()) {
            a.handshake.copyPresharedKey(copy);
            assertThat(copy.isZero()).isTrue();
        }
    }
}
