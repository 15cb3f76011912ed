// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.cookie;

import static io.culvert.engine.cookie.MacChecker.Result.INVALID_MAC;
import static io.culvert.engine.cookie.MacChecker.Result.VALID_MAC_BUT_NO_COOKIE;
import static io.culvert.engine.cookie.MacChecker.Result.VALID_MAC_WITH_COOKIE;
import static io.culvert.engine.cookie.MacChecker.Result.VALID_MAC_WITH_COOKIE_BUT_RATELIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.natives.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookieTest {
    private static final int INITIATION = HandshakeInitiation.BYTES;
    private static final int RESPONSE = HandshakeResponse.BYTES;
    private static final long SECOND = 1_000_000_000L;

    private final SeededRandom random = new SeededRandom(1);
    private final PublicKey receiver = publicKey(1);
    private final CookieChecker checker = new CookieChecker(new RateLimiter(random), random);
    private final MacChecker macs = new MacChecker(checker);
    private final CookieGenerator generator = new CookieGenerator(receiver);
    private final UdpEndpoint source = new UdpEndpoint();
    private final long message = Memory.allocate(INITIATION, 8);
    private final long reply = Memory.allocate(CookieReply.BYTES, 8);
    private long now = 1000 * SECOND;

    private static PublicKey publicKey(int seed) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) seed);
        return new PublicKey(key);
    }

    @BeforeEach
    void configure() {
        checker.setPublicKey(receiver);
        source.setIpv4(0x0a000001, 4000);
    }

    @AfterEach
    void free() {
        macs.close();
        checker.close();
        Memory.free(message);
        Memory.free(reply);
    }

    /** Creates a message of random content with MACs. */
    private void send(int length) {
        random.fill(message, length);
        Memory.putInt(message, length == INITIATION ? 1 : 2);
        generator.addMacs(message, length, now);
    }

    private MacChecker.Result validate(int length, boolean underLoad) {
        return macs.validate(message, length, source, underLoad, now);
    }

    private boolean exchangeCookie(int length) {
        assertThat(macs.createReply(reply, message, length, source, now)).isEqualTo(CookieReply.BYTES);
        return generator.consumeReply(reply, now);
    }

    private byte[] bytes(int offset, int count) {
        byte[] copy = new byte[count];
        Memory.copy(message + offset, copy, 0, count);
        return copy;
    }

    @ParameterizedTest
    @ValueSource(ints = {INITIATION, RESPONSE})
    void needsNoCookieWithoutLoad(int length) {
        send(length);
        assertThat(validate(length, false)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        assertThat(bytes(Message.mac2(length), 16)).containsOnly(0);
    }

    @Test
    void mac1MatchesThePaper() {
        send(INITIATION);
        Blake2sDigest hash = new Blake2sDigest(256);
        hash.update("mac1----".getBytes(StandardCharsets.US_ASCII), 0, 8);
        hash.update(receiver.toBytes(), 0, 32);
        byte[] key = new byte[32];
        hash.doFinal(key, 0);
        Blake2sDigest mac = new Blake2sDigest(key, 16, null, null);
        mac.update(bytes(0, 116), 0, 116);
        byte[] expected = new byte[16];
        mac.doFinal(expected, 0);
        assertThat(bytes(116, 16)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {INITIATION, RESPONSE})
    void asksForACookieUnderLoadAndAcceptsIt(int length) {
        send(length);
        assertThat(validate(length, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        assertThat(exchangeCookie(length)).isTrue();
        assertThat(CookieReply.receiver(reply)).isEqualTo(Message.sender(message));
        send(length);
        assertThat(validate(length, true)).isEqualTo(VALID_MAC_WITH_COOKIE);
        assertThat(validate(length, false)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
    }

    @Test
    void ignoresMac2WithoutLoad() {
        send(INITIATION);
        Memory.putInt(message + Message.mac2(INITIATION), 1);
        assertThat(validate(INITIATION, false)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
    }

    @Test
    void refusesEveryChangedByte() {
        send(INITIATION);
        exchangeCookie(INITIATION);
        send(INITIATION);
        for (int i = 0; i < INITIATION; i++) {
            byte good = Memory.getByte(message + i);
            Memory.putByte(message + i, (byte) (good ^ 1 << i % 8));
            assertThat(validate(INITIATION, true))
                    .as("byte %d", i)
                    .isEqualTo(i < Message.mac2(INITIATION) ? INVALID_MAC : VALID_MAC_BUT_NO_COOKIE);
            Memory.putByte(message + i, good);
        }
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_WITH_COOKIE);
    }

    @Test
    void limitsTheRateOfSourcesWithACookie() {
        send(INITIATION);
        exchangeCookie(INITIATION);
        send(INITIATION);
        for (int i = 0; i < 5; i++) {
            assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_WITH_COOKIE);
        }
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_WITH_COOKIE_BUT_RATELIMITED);
        assertThat(validate(INITIATION, false)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
    }

    @Test
    void bindsTheCookieToAddressAndPort() {
        send(INITIATION);
        exchangeCookie(INITIATION);
        send(INITIATION);
        source.setIpv4(0x0a000001, 4001);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        source.setIpv4(0x0a000001, 4000 + 256);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        source.setIpv4(0x0a000002, 4000);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        source.setIpv6(0, 0x0a000001, 4000, 0);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        source.setIpv4(0x0a000001, 4000);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_WITH_COOKIE);
    }

    @Test
    void bindsTheCookieToAllOfAnIpv6Address() {
        source.setIpv6(1, 2, 4000, 0);
        send(INITIATION);
        exchangeCookie(INITIATION);
        send(INITIATION);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_WITH_COOKIE);
        source.setIpv6(1, 3, 4000, 0);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        source.setIpv6(2, 2, 4000, 0);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
    }

    @Test
    void cookieExpiresAtTheSenderFirst() {
        send(INITIATION);
        exchangeCookie(INITIATION);
        now += 115 * SECOND - 1;
        send(INITIATION);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_WITH_COOKIE);
        now += 1;
        send(INITIATION);
        assertThat(bytes(Message.mac2(INITIATION), 16)).containsOnly(0);
    }

    @Test
    void receiverChangesItsSecret() {
        send(INITIATION);
        exchangeCookie(INITIATION);
        send(INITIATION);
        now += 120 * SECOND - 1;
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_WITH_COOKIE);
        now += 1;
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
    }

    @Test
    void acceptsOneReplyForEachMessage() {
        assertThat(generator.consumeReply(reply, now)).isFalse();
        send(INITIATION);
        assertThat(exchangeCookie(INITIATION)).isTrue();
        assertThat(generator.consumeReply(reply, now)).isFalse();
    }

    @Test
    void refusesAReplyToAnEarlierMessage() {
        send(INITIATION);
        macs.createReply(reply, message, INITIATION, source, now);
        send(INITIATION);
        assertThat(generator.consumeReply(reply, now)).isFalse();
        assertThat(exchangeCookie(INITIATION)).isTrue();
    }

    @Test
    void refusesATamperedReplyAndAcceptsTheGenuineOne() {
        send(INITIATION);
        macs.createReply(reply, message, INITIATION, source, now);
        for (int i = CookieReply.NONCE; i < CookieReply.BYTES; i++) {
            byte good = Memory.getByte(reply + i);
            Memory.putByte(reply + i, (byte) (good ^ 1 << i % 8));
            assertThat(generator.consumeReply(reply, now)).as("byte %d", i).isFalse();
            Memory.putByte(reply + i, good);
        }
        assertThat(generator.consumeReply(reply, now)).isTrue();
    }

    @Test
    void refusesEverythingWithoutAKey() {
        send(INITIATION);
        checker.setPublicKey(null);
        assertThat(validate(INITIATION, false)).isEqualTo(INVALID_MAC);
        assertThat(macs.createReply(reply, message, INITIATION, source, now)).isZero();
    }

    @Test
    void refusesMessagesForAnotherKey() {
        send(INITIATION);
        checker.setPublicKey(publicKey(2));
        assertThat(validate(INITIATION, false)).isEqualTo(INVALID_MAC);
    }

    @Test
    void refusesEverythingOnceClosed() {
        send(INITIATION);
        exchangeCookie(INITIATION);
        send(INITIATION);
        checker.close();
        assertThat(validate(INITIATION, true)).isEqualTo(INVALID_MAC);
    }

    @Test
    void makesNoCookieOnceClosed() {
        send(INITIATION);
        exchangeCookie(INITIATION);
        send(INITIATION);
        checker.close();
        checker.setPublicKey(receiver);
        assertThat(validate(INITIATION, true)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        assertThat(macs.createReply(reply, message, INITIATION, source, now)).isZero();
    }

    /** The first cookie draws the secret: so a test sees whether one was computed. */
    @Test
    void computesNoCookieForASenderThatHasNone() {
        send(INITIATION);
        assertThat(drawsASecretFor(0, 0)).isFalse();
        assertThat(drawsASecretFor(0, 1)).isTrue();
        assertThat(drawsASecretFor(1, 0)).isTrue();
    }

    /** Whether the message with this mac2 makes a new checker draw a secret. */
    private boolean drawsASecretFor(long first, long second) {
        Memory.putLong(message + Message.mac2(INITIATION), first);
        Memory.putLong(message + Message.mac2(INITIATION) + Long.BYTES, second);
        CountedRandom counted = new CountedRandom();
        try (CookieChecker shared = new CookieChecker(new RateLimiter(random), counted);
                MacChecker own = new MacChecker(shared)) {
            shared.setPublicKey(receiver);
            assertThat(own.validate(message, INITIATION, source, true, now)).isEqualTo(VALID_MAC_BUT_NO_COOKIE);
        }
        return counted.fills > 0;
    }

    private static final class CountedRandom implements RandomSource {
        private final SeededRandom random = new SeededRandom(2);
        private int fills;

        @Override
        public void fill(long address, int bytes) {
            fills++;
            random.fill(address, bytes);
        }

        @Override
        public void fill(byte[] bytes) {
            fills++;
            random.fill(bytes);
        }

        @Override
        public int nextInt() {
            return random.nextInt();
        }
    }

    @Test
    void makesRoomForTheSourcesOfAllPeers() {
        checker.setPeers(RateLimiter.MAX_ENTRIES + 1);
        for (int i = 0; i <= RateLimiter.MAX_ENTRIES; i++) {
            source.setIpv4(i, 4000);
            assertThat(checker.allow(source, now)).isTrue();
        }
    }

    @Test
    void everyReplyHasANonceOfItsOwn() {
        Set<String> nonces = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            send(INITIATION);
            assertThat(exchangeCookie(INITIATION)).isTrue();
            byte[] nonce = new byte[CookieReply.NONCE_BYTES];
            Memory.copy(reply + CookieReply.NONCE, nonce, 0, nonce.length);
            nonces.add(Arrays.toString(nonce));
        }
        assertThat(nonces).hasSize(200);
    }
}
