// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.trust;

import io.culvert.overlay.record.Content;
import io.culvert.overlay.record.Envelope;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Signed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * A private key of Ed25519, by which a node or the enroller signs. On disk it is a PEM file in PKCS #8 (RFC 8410), as
 * {@code openssl genpkey -algorithm ed25519} writes it, which only its owner may read.
 *
 * <p>The JDK keeps such keys on the heap; no copy of this class's own outlives a method. Any thread may sign.
 */
public final class SigningKey {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    /** The frame of a private key of Ed25519 in PKCS #8 (RFC 8410, section 7): the 32 bytes of the seed follow. */
    private static final byte[] FRAME = {0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20};

    private static final int SEED_BYTES = 32;

    private final PrivateKey privateKey;
    private final Key publicKey;

    private SigningKey(KeyPair pair) {
        privateKey = pair.getPrivate();
        publicKey = Ed25519.key(pair.getPublic());
    }

    /** A new key. */
    public static SigningKey generate() {
        return new SigningKey(pair(new SecureRandom()));
    }

    private static KeyPair pair(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(255, random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e); // every JDK since 15 has Ed25519
        }
    }

    /** A source that gives the seed: the JDK derives the public key of a private one only when it makes both. */
    private static final class Seed extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final transient byte[] seed;

        private Seed(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }

    /**
     * Reads a key.
     *
     * @throws IOException if others may read the file, or it is not a private key of Ed25519; the message says which
     */
    public static SigningKey read(Path file) throws IOException {
        String pem = PrivateFile.read(file);
        byte[] encoded = new byte[0];
        byte[] seed = new byte[0];
        try {
            int begin = pem.indexOf(BEGIN);
            int end = pem.indexOf(END);
            if (begin < 0 || end < begin) {
                throw notAKey(file);
            }
            encoded = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
            if (encoded.length != FRAME.length + SEED_BYTES
                    || !Arrays.equals(encoded, 0, FRAME.length, FRAME, 0, FRAME.length)) {
                throw notAKey(file);
            }
            seed = Arrays.copyOfRange(encoded, FRAME.length, encoded.length);
            KeyPair pair = pair(new Seed(seed));
            if (!Arrays.equals(((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow(), seed)) {
                throw new IOException(file + " cannot be used by this Java: it made another key of the same seed");
            }
            return new SigningKey(pair);
        } catch (IllegalArgumentException e) {
            throw notAKey(file);
        } finally {
            Arrays.fill(encoded, (byte) 0);
            Arrays.fill(seed, (byte) 0);
        }
    }

    private static IOException notAKey(Path file) {
        return new IOException(file + " is not a private key of Ed25519 in PEM; such a file is made by enrol, or by: "
                + "openssl genpkey -algorithm ed25519");
    }

    /**
     * Writes the key to a new file that only its owner may read.
     *
     * @throws IOException if the file exists or cannot be written
     */
    public void write(Path file) throws IOException {
        byte[] encoded = privateKey.getEncoded();
        try {
            PrivateFile.create(file, BEGIN + "\n" + Base64.getEncoder().encodeToString(encoded) + "\n" + END + "\n");
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    /** The public key. */
    public Key publicKey() {
        return publicKey;
    }

    /**
     * Signs a record.
     *
     * @throws IllegalArgumentException if the record would have more than {@link Envelope#MAX_BYTES} bytes
     */
    public <T extends Content> Signed<T> sign(T content) {
        byte[] signed = content.toJson().getBytes(StandardCharsets.UTF_8);
        Envelope envelope = new Envelope(signed, publicKey, signature(signed));
        int length = envelope.encode().length;
        if (length > Envelope.MAX_BYTES) {
            throw new IllegalArgumentException("the record " + content.key() + " would have " + length
                    + " bytes, and has at most " + Envelope.MAX_BYTES + ": give it fewer labels");
        }
        return new Signed<>(content, envelope);
    }

    private byte[] signature(byte[] signed) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(privateKey);
            signature.update(Ed25519.CONTEXT);
            signature.update(signed);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a record cannot be signed", e);
        }
    }

    /** The public key; never the private one. */
    @Override
    public String toString() {
        return "SigningKey[" + publicKey + "]";
    }
}
