// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.culvert.engine.testkit.SeededRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
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
        assertThat(Curve25519.publicKey(alice)).isEqualTo(alicePublic);
        assertThat(Curve25519.publicKey(bob)).isEqualTo(bobPublic);
        byte[] secret = new byte[32];
        assertThat(Curve25519.sharedSecret(alice, bobPublic, secret)).isTrue();
        assertThat(secret).isEqualTo(shared);
        assertThat(Curve25519.sharedSecret(bob, alicePublic, secret)).isTrue();
        assertThat(secret).isEqualTo(shared);
    }

    @ParameterizedTest
    @FieldSource("LOW_ORDER")
    void pointsOfLowOrderGiveNoSecret(String point) {
        byte[] secret = new byte[32];
        byte[] key = Curve25519.generatePrivateKey(new SeededRandom(1));
        assertThat(Curve25519.sharedSecret(key, HEX.parseHex(point), secret)).isFalse();
        assertThat(secret).containsOnly(0);
    }

    @Test
    void generatesClampedKeys() {
        SeededRandom random = new SeededRandom(2);
        for (int i = 0; i < 100; i++) {
            byte[] key = Curve25519.generatePrivateKey(random);
            assertThat(key[0] & 7).isZero();
            assertThat(key[31] & 0xc0).isEqualTo(0x40);
        }
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
        byte[] secret = new byte[32];
        boolean agreed = Curve25519.sharedSecret(
                HEX.parseHex(vector.get("private").getAsString()),
                HEX.parseHex(vector.get("public").getAsString()),
                secret);
        assertThat(secret).isEqualTo(expected);
        assertThat(agreed).isEqualTo(!vector.getAsJsonArray("flags").toString().contains("ZeroSharedSecret"));
    }
}
