// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.crypto.TestTrain.Layout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every implementation against JCE and BouncyCastle. */
class AeadTest {
    /** Number of random packets that each implementation seals and opens. */
    private static final int PACKETS = Integer.getInteger("culvert.crypto.packets", 100_000);

    private final SplittableRandom random = new SplittableRandom(20_260_101);
    private Aead aead;

    static Stream<String> implementations() {
        return Implementations.names();
    }

    @AfterEach
    void close() {
        if (aead != null) {
            aead.close();
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void randomTrains(String name) {
        aead = Implementations.create(name);
        for (int packets = 0; packets < PACKETS; ) {
            int[] lengths = randomLengths();
            packets += lengths.length;
            check(lengths, randomCounters(lengths.length), randomLayout(), false);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void allLengthsAsSinglePackets(String name) {
        aead = Implementations.create(name);
        for (int length = 0; length <= 2_100; length++) {
            check(new int[] {length}, randomCounters(1), randomLayout(), false);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void allLengthsInTrains(String name) {
        aead = Implementations.create(name);
        for (int first = 0; first <= 2_100; first += 48) {
            int[] lengths = IntStream.range(first, first + 48).toArray();
            check(lengths, randomCounters(48), randomLayout(), false);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void equalLengths(String name) {
        aead = Implementations.create(name);
        for (int length = 0; length <= 2_100; length += 1 + length / 50) {
            int[] lengths = new int[16 + length % 33];
            Arrays.fill(lengths, length);
            check(lengths, randomCounters(lengths.length), randomLayout(), false);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void longestPackets(String name) {
        aead = Implementations.create(name);
        check(new int[] {65_535}, new long[] {7}, Layout.IN_PLACE, false);
        int[] lengths = new int[17];
        Arrays.fill(lengths, 65_535);
        lengths[16] = 1;
        check(lengths, randomCounters(17), Layout.APART, false);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void allOnesPlaintexts(String name) {
        aead = Implementations.create(name);
        for (int round = 0; round < 40; round++) {
            check(randomLengths(), randomCounters(64), Layout.APART, true);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void counterCarry(String name) {
        aead = Implementations.create(name);
        for (int count : new int[] {1, 3, 16, 46}) {
            int[] lengths = new int[count];
            Arrays.fill(lengths, 100);
            long[] counters = new long[count];
            for (int i = 0; i < count; i++) {
                counters[i] = (1L << 32) - 1 - count / 2 + i;
            }
            check(lengths, counters, Layout.APART, false);
            counters[0] = -1;
            check(lengths, counters, Layout.APART, false);
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void everyFlippedByteIsDetected(String name) {
        aead = Implementations.create(name);
        for (int count : new int[] {1, 13, 32}) {
            int[] lengths = new int[count];
            for (int i = 0; i < count; i++) {
                lengths[i] = 150 + i % 2;
            }
            try (TestTrain train = train(lengths, randomCounters(count), Layout.APART, false)) {
                train.loadSealed();
                for (int at = 0; at < 150 + 16; at++) {
                    int packet = at % count;
                    int bit = at * 8 + random.nextInt(8);
                    train.flip(packet, bit);
                    assertThat(train.open(aead)).as("byte %d", at).isEqualTo(1L << packet);
                    assertThat(train.openedWrong(1L << packet)).isEqualTo(-1);
                    train.flip(packet, bit);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void allForgedPacketsAreDetected(String name) {
        aead = Implementations.create(name);
        int[] lengths = new int[64];
        Arrays.fill(lengths, 64);
        try (TestTrain train = train(lengths, randomCounters(64), Layout.APART, false)) {
            train.loadSealed();
            for (int i = 0; i < 64; i++) {
                train.flip(i, i);
            }
            assertThat(train.open(aead)).isEqualTo(-1L);
        }
    }

    private void check(int[] lengths, long[] counters, Layout layout, boolean ones) {
        try (TestTrain train = train(lengths, counters, layout, ones)) {
            checkReference(train);
            assertThat(train.sealWrong(aead))
                    .as("first wrongly sealed packet of %s %s", layout, Arrays.toString(lengths))
                    .isEqualTo(-1);
            assertThat(train.canariesLive()).isTrue();
            train.loadSealed();
            int forged = random.nextInt(lengths.length);
            train.flip(forged, random.nextInt(8 * (lengths[forged] + 16)));
            assertThat(train.open(aead)).as("forged").isEqualTo(1L << forged);
            assertThat(train.openedWrong(1L << forged))
                    .as("first wrongly opened packet")
                    .isEqualTo(-1);
            assertThat(train.canariesLive()).isTrue();
            train.loadSealed();
            assertThat(train.open(aead)).isZero();
            assertThat(train.openedWrong(0))
                    .as("first wrongly opened packet of %s %s", layout, Arrays.toString(lengths))
                    .isEqualTo(-1);
        }
    }

    /** Checks JCE, the reference of these tests, against BouncyCastle. */
    private static void checkReference(TestTrain train) {
        for (int i = 0; i < train.count; i++) {
            assertThat(train.sealed[i]).isEqualTo(bouncyCastle(train, i));
        }
    }

    private static byte[] bouncyCastle(TestTrain train, int packet) {
        byte[] nonce = new byte[12];
        JceCipher.counterNonce(train.counters[packet], nonce);
        ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
        cipher.init(true, new ParametersWithIV(new KeyParameter(train.keyBytes), nonce));
        byte[] sealed = new byte[cipher.getOutputSize(train.lengths[packet])];
        int done = cipher.processBytes(train.plain[packet], 0, train.lengths[packet], sealed, 0);
        try {
            cipher.doFinal(sealed, done);
        } catch (InvalidCipherTextException e) {
            throw new AssertionError(e);
        }
        return sealed;
    }

    private TestTrain train(int[] lengths, long[] counters, Layout layout, boolean ones) {
        return new TestTrain(random, ones ? null : random, lengths, counters, layout);
    }

    private Layout randomLayout() {
        return Layout.values()[random.nextInt(3)];
    }

    private long[] randomCounters(int count) {
        return random.longs(count).toArray();
    }

    /** Equal, mixed, nearly equal or random lengths. */
    private int[] randomLengths() {
        int count = 1 + random.nextInt(64);
        int first = random.nextInt(1_500);
        int kind = random.nextInt(4);
        return IntStream.range(0, count)
                .map(i -> switch (kind) {
                    case 0 -> first;
                    case 1 -> new int[] {64, 576, 1_420}[random.nextInt(3)];
                    case 2 -> i == count - 1 ? random.nextInt(first + 1) : first;
                    default -> random.nextInt(2_000);
                })
                .toArray();
    }
}
