// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A value of the store: the bytes that were signed, as they were, who signed them, and the signature.
 *
 * <pre>{@code
 * {"v":1,"signer":"base64, 32 bytes","signature":"base64, 64 bytes","signed":"{\"v\":1,\"kind\":\"member\",...}"}
 * }</pre>
 *
 * @param signed must not be changed
 * @param signature must not be changed
 */
public record Envelope(byte[] signed, Key signer, byte[] signature) {
    /** The most bytes of a value. */
    public static final int MAX_BYTES = 2048;

    /** The length of a signature of Ed25519. */
    public static final int SIGNATURE_BYTES = 64;

    /** The value for the store. */
    public byte[] encode() {
        String signedText = new String(signed, StandardCharsets.UTF_8);
        return Json.object(json -> {
                    json.name("signer").value(signer.toString());
                    json.name("signature").value(Base64.getEncoder().encodeToString(signature));
                    json.name("signed").value(signedText);
                })
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a value of the store, of which everything may be wrong. The signature is not verified.
     *
     * @throws RecordException if it is too large, malformed, or of an unknown version
     */
    public static Envelope decode(byte[] value) throws RecordException {
        if (value.length > MAX_BYTES) {
            throw new RecordException(
                    RecordProblem.TOO_LARGE, value.length + " bytes, and a record has at most " + MAX_BYTES);
        }
        Fields fields = Fields.of(Contents.text(value));
        Key signer = fields.parsed("signer", RecordProblem.MALFORMED, Key::ofBase64);
        byte[] signature = fields.parsed("signature", RecordProblem.MALFORMED, Envelope::signature);
        byte[] signed = fields.parsed("signed", RecordProblem.MALFORMED, Envelope::utf8);
        fields.end();
        return new Envelope(signed, signer, signature);
    }

    /** The last character has four bits that stand for nothing, and Java's decoder takes any (RFC 4648, 3.5). */
    private static byte[] signature(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (bytes.length != SIGNATURE_BYTES
                || !Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw new IllegalArgumentException("a signature is 64 bytes in base64, without other bits");
        }
        return bytes;
    }

    /** JSON can name half of a surrogate pair, which no bytes stand for. */
    private static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
            throw new IllegalArgumentException("half of a surrogate pair");
        }
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Envelope envelope
                && Arrays.equals(signed, envelope.signed)
                && signer.equals(envelope.signer)
                && Arrays.equals(signature, envelope.signature);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(signature);
    }
}
