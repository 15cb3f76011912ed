// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Key;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/** Signatures of Ed25519 (RFC 8032) by the JDK, over keys of 32 bytes. */
public final class Ed25519 {
    /** Precedes what is signed, so that a signature made for anything else means nothing here. */
    static final byte[] CONTEXT = "culvert overlay record v1\n".getBytes(StandardCharsets.US_ASCII);

    /** The frame of a public key in X.509 (RFC 8410, section 4): the 32 bytes of the key follow. */
    private static final byte[] FRAME = {0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0};

    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    private Ed25519() {}

    /** Whether the envelope's signature is its signer's. Any thread may call. */
    public static boolean verifies(Envelope envelope) {
        byte[] encoded = Arrays.copyOf(FRAME, FRAME.length + Key.BYTES);
        System.arraycopy(envelope.signer().bytes(), 0, encoded, FRAME.length, Key.BYTES);
        try {
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(CONTEXT);
            signature.update(envelope.signed());
            return signature.verify(envelope.signature());
        } catch (GeneralSecurityException e) {
            return false; // the key is no point of the curve, or the signature no pair of one and a number
        }
    }

    static Key key(PublicKey key) {
        byte[] encoded = key.getEncoded();
        return new Key(Arrays.copyOfRange(encoded, FRAME.length, encoded.length));
    }

    /**
     * Reads a public key in PEM, as {@code openssl pkey -pubout} writes it.
     *
     * @throws IllegalArgumentException if the text has none
     */
    public static Key ofPem(Path file, String pem) {
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin >= 0 && end > begin) {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
            if (encoded.length == FRAME.length + Key.BYTES
                    && Arrays.equals(encoded, 0, FRAME.length, FRAME, 0, FRAME.length)) {
                return new Key(Arrays.copyOfRange(encoded, FRAME.length, encoded.length));
            }
        }
        throw new IllegalArgumentException(file + " is not a public key of Ed25519 in PEM");
    }

    /** Whether the text has a public key in PEM. */
    public static boolean isPublicPem(String pem) {
        return pem.contains(BEGIN);
    }
}
