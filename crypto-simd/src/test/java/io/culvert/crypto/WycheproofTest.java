// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Wycheproof's test vectors, from the directory in the property {@code culvert.vectors}. */
class WycheproofTest {
    private static final HexFormat HEX = HexFormat.of();

    @TestFactory
    Stream<DynamicTest> chaCha20Poly1305() throws IOException {
        return tests("chacha20_poly1305_test.json", 12, ArrayCipher.chaCha20());
    }

    @TestFactory
    Stream<DynamicTest> xChaCha20Poly1305() throws IOException {
        return tests("xchacha20_poly1305_test.json", 24, ArrayCipher.xChaCha20());
    }

    /** The vector kernels support no additional data: for vectors with some, only the ciphertext is compared. */
    @TestFactory
    Stream<DynamicTest> kernels() throws IOException {
        List<JsonObject> vectors = vectors("chacha20_poly1305_test.json")
                .filter(vector -> hex(vector, "iv").length == 12)
                .toList();
        return KernelsTest.kernels()
                .flatMap(kernels -> vectors.stream()
                        .map(vector -> DynamicTest.dynamicTest(
                                kernels.implementation() + " " + name(vector), () -> checkKernels(kernels, vector))));
    }

    private static void checkKernels(Kernels kernels, JsonObject vector) {
        byte[] message = hex(vector, "msg");
        byte[] sealed = concat(hex(vector, "ct"), hex(vector, "tag"));
        boolean valid = vector.get("result").getAsString().equals("valid");
        boolean noAad = hex(vector, "aad").length == 0;
        try (VectorMemory memory = new VectorMemory(kernels, hex(vector, "key"), hex(vector, "iv"), message.length)) {
            for (boolean singly : new boolean[] {false, true}) {
                byte[] again = memory.seal(singly, message);
                int compared = noAad ? sealed.length : message.length;
                if (valid) {
                    assertThat(Arrays.copyOf(again, compared)).isEqualTo(Arrays.copyOf(sealed, compared));
                }
                // A tag that includes additional data must not verify without it.
                byte[] opened = memory.open(singly, sealed);
                assertThat(opened != null).isEqualTo(valid && noAad);
                if (opened != null) {
                    assertThat(opened).isEqualTo(message);
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> openssl() throws IOException {
        OpensslAead.unavailableReason().ifPresent(reason -> Assumptions.abort("no OpenSSL: " + reason));
        return vectors("chacha20_poly1305_test.json")
                .filter(vector -> hex(vector, "iv").length == 12)
                .map(vector -> DynamicTest.dynamicTest(name(vector), () -> checkOpenssl(vector)));
    }

    /** As {@link #checkKernels}. */
    private static void checkOpenssl(JsonObject vector) {
        byte[] message = hex(vector, "msg");
        byte[] sealed = concat(hex(vector, "ct"), hex(vector, "tag"));
        boolean valid = vector.get("result").getAsString().equals("valid");
        boolean noAad = hex(vector, "aad").length == 0;
        try (Arena arena = Arena.ofConfined();
                OpensslAead aead = new OpensslAead()) {
            long key = RawMemory.allocate(arena, 32);
            RawMemory.copy(hex(vector, "key"), 0, key, 32);
            long nonce = RawMemory.allocate(arena, 16);
            RawMemory.copy(hex(vector, "iv"), 0, nonce, 12);
            // These four bytes are zero in WireGuard's nonces.
            RawMemory.putInt(aead.nonce, RawMemory.getInt(nonce));
            long[] counters = {RawMemory.getLong(nonce + 4)};
            long[] places = {RawMemory.allocate(arena, sealed.length)};
            int[] lengths = {message.length};
            RawMemory.copy(message, 0, places[0], message.length);
            aead.seal(key, counters, places, places, lengths, 1);
            byte[] again = new byte[noAad ? sealed.length : message.length];
            RawMemory.copy(places[0], again, 0, again.length);
            if (valid) {
                assertThat(again).isEqualTo(Arrays.copyOf(sealed, again.length));
            }
            RawMemory.copy(sealed, 0, places[0], sealed.length);
            assertThat(aead.open(key, counters, places, places, lengths, 1)).isEqualTo(valid && noAad ? 0 : 1);
        }
    }

    private static Stream<JsonObject> vectors(String file) throws IOException {
        Path path = Path.of(System.getProperty("culvert.vectors", "")).resolve(file);
        Assumptions.assumeTrue(Files.exists(path), () -> "no vectors at " + path + " (property culvert.vectors)");
        JsonObject root = JsonParser.parseString(Files.readString(path)).getAsJsonObject();
        return root.getAsJsonArray("testGroups").asList().stream()
                .flatMap(group -> group.getAsJsonObject().getAsJsonArray("tests").asList().stream())
                .map(JsonElement::getAsJsonObject);
    }

    /** Skips the vectors with nonces of other lengths, which no caller has. */
    private static Stream<DynamicTest> tests(String file, int nonceBytes, ArrayCipher cipher) throws IOException {
        return vectors(file)
                .filter(vector -> hex(vector, "iv").length == nonceBytes)
                .map(vector -> DynamicTest.dynamicTest(name(vector), () -> check(vector, cipher)));
    }

    private static String name(JsonObject vector) {
        return vector.get("tcId") + " " + vector.get("comment").getAsString() + " "
                + vector.get("result").getAsString();
    }

    private static void check(JsonObject vector, ArrayCipher cipher) {
        byte[] key = hex(vector, "key");
        byte[] nonce = hex(vector, "iv");
        byte[] aad = hex(vector, "aad");
        byte[] message = hex(vector, "msg");
        byte[] sealed = concat(hex(vector, "ct"), hex(vector, "tag"));
        boolean valid = vector.get("result").getAsString().equals("valid");
        assertThat(cipher.open(key, nonce, aad, sealed)).isEqualTo(valid ? message : null);
        if (valid) {
            assertThat(cipher.seal(key, nonce, aad, message)).isEqualTo(sealed);
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static byte[] hex(JsonObject vector, String name) {
        return HEX.parseHex(vector.get(name).getAsString());
    }
}
