// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.laws.Laws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class Curve25519Test {
    private static final HexFormat HEX = HexFormat.of();

    /** All points of low order, in the seven encodings that the kernel's netns test configures as peers. */
    static final String[] LOW_ORDER = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
    };

    @Test
    void agreesWithRfc7748Section61() {
        byte[] alice = HEX.parseHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = HEX.parseHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = HEX.parseHex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        byte[] bobPublic = HEX.parseHex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        byte[] shared = HEX.parseHex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        assertThat(publicKey(alice)).isEqualTo(alicePublic);
        assertThat(publicKey(bob)).isEqualTo(bobPublic);
        assertThat(sharedSecret(alice, bobPublic)).isEqualTo(shared);
        assertThat(sharedSecret(bob, alicePublic)).isEqualTo(shared);
    }

    @ParameterizedTest
    @FieldSource("LOW_ORDER")
    void pointsOfLowOrderGiveNoSecret(String point) {
        assertThat(sharedSecret(new SeededRandom(1), HEX.parseHex(point))).isNull();
    }

    @Test
    void generatesClampedKeys() {
        SeededRandom random = new SeededRandom(2);
        for (int i = 0; i < 100; i++) {
            try (Secret key = Secret.privateKey(random)) {
                assertThat(key.toBytes()[0] & 7).isZero();
                assertThat(key.toBytes()[31] & 0xc0).isEqualTo(0x40);
            }
        }
    }

    /** Points near 0, p, 2^255 and 2^256, small ones, and random ones. Reference: Bouncy Castle. */
    @Test
    void agreesWithBouncyCastle() {
        Laws.check(300, draw -> {
            byte[] scalar = draw.bytes(32, 32);
            byte[] point = draw.bytes(32, 32);
            int edge = draw.integer(0, 3);
            if (edge < 2) {
                Arrays.fill(point, 1, 32, (byte) -edge);
                point[31] = (byte) draw.integer();
            } else if (edge == 2) {
                Arrays.fill(point, 8, 24, (byte) draw.integer(-1, 0));
            }
            byte[] expected = new byte[32];
            boolean agreed = X25519.calculateAgreement(scalar, 0, point, 0, expected, 0);
            assertThat(sharedSecret(scalar, point)).isEqualTo(agreed ? expected : null);
            X25519.generatePublicKey(scalar, 0, expected, 0);
            assertThat(publicKey(scalar)).isEqualTo(expected);
        });
    }

    /** The iterated test of RFC 7748, section 5.2: 1,000 times. */
    @Test
    void iteratesAsRfc7748() {
        byte[] k = new byte[32];
        k[0] = 9;
        byte[] u = k.clone();
        for (int i = 0; i < 1000; i++) {
            byte[] result = sharedSecret(k, u);
            u = k;
            k = result;
        }
        assertThat(HEX.formatHex(k)).isEqualTo("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
    }

    @TestFactory
    Stream<DynamicTest> wycheproof() throws IOException {
        Path path = Path.of(System.getProperty("culvert.vectors", "")).resolve("x25519_test.json");
        Assumptions.assumeTrue(Files.exists(path), () -> "no vectors at " + path + " (property culvert.vectors)");
        JsonObject root = JsonParser.parseString(Files.readString(path)).getAsJsonObject();
        return root.getAsJsonArray("testGroups").asList().stream()
                .flatMap(group -> group.getAsJsonObject().getAsJsonArray("tests").asList().stream())
                .map(JsonElement::getAsJsonObject)
                .map(vector -> DynamicTest.dynamicTest(
                        vector.get("tcId") + " " + vector.get("comment").getAsString(), () -> check(vector)));
    }

    private static void check(JsonObject vector) {
        byte[] expected = HEX.parseHex(vector.get("shared").getAsString());
        boolean zero = vector.getAsJsonArray("flags").toString().contains("ZeroSharedSecret");
        assertThat(sharedSecret(
                        HEX.parseHex(vector.get("private").getAsString()),
                        HEX.parseHex(vector.get("public").getAsString())))
                .isEqualTo(zero ? null : expected);
    }

    private static byte[] publicKey(byte[] privateKey) {
        try (Secret key = new Secret(privateKey);
                Secret point = new Secret()) {
            Curve25519.publicKey(key.address(), point.address());
            return point.toBytes();
        }
    }

    private static byte[] sharedSecret(SeededRandom random, byte[] publicKey) {
        byte[] key = new byte[32];
        random.fill(key);
        return sharedSecret(key, publicKey);
    }

    /** The secret; {@code null} if it is refused, which then must be all zero. */
    private static byte[] sharedSecret(byte[] privateKey, byte[] publicKey) {
        try (Secret key = new Secret(privateKey);
                Secret point = new Secret(publicKey);
                Secret result = new Secret()) {
            boolean agreed = Curve25519.sharedSecret(key.address(), point.address(), result.address());
            assertThat(agreed).isEqualTo(!result.isZero());
            return agreed ? result.toBytes() : null;
        }
    }
}
