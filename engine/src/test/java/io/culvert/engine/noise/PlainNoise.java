// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * A reference implementation of the handshake, line by line from the paper (sections 5.4.2, 5.4.3 and 5.4.5), with
 * other primitives than the code under test: X25519 of the JDK, ChaCha20-Poly1305 and HMAC of BouncyCastle.
 */
final class PlainNoise {
    byte[] c = hash(ascii("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"));
    byte[] h = hash(concat(c, ascii("WireGuard v1 zx2c4 Jason@zx2c4.com")));

    /** The initiation, with zero MACs. */
    byte[] initiation(byte[] ephemeral, byte[] staticPrivate, byte[] responder, byte[] timestamp, int sender) {
        return initiation(
                ephemeral, publicKey(staticPrivate), dh(staticPrivate, responder), responder, timestamp, sender);
    }

    /** The same with a public key of the sender that is given, and its shared secret with the responder. */
    byte[] initiation(
            byte[] ephemeral,
            byte[] staticPublic,
            byte[] staticSecret,
            byte[] responder,
            byte[] timestamp,
            int sender) {
        h = hash(concat(h, responder));
        byte[] ephemeralPublic = publicKey(ephemeral);
        c = kdf(1, c, ephemeralPublic)[0];
        h = hash(concat(h, ephemeralPublic));
        byte[][] ck = kdf(2, c, dh(ephemeral, responder));
        byte[] sealedStatic = seal(ck[1], staticPublic, h);
        h = hash(concat(h, sealedStatic));
        ck = kdf(2, ck[0], staticSecret);
        c = ck[0];
        byte[] sealedTimestamp = seal(ck[1], timestamp, h);
        h = hash(concat(h, sealedTimestamp));
        return concat(word(1), word(sender), ephemeralPublic, sealedStatic, sealedTimestamp, new byte[32]);
    }

    /** The response, with zero MACs; call after {@link #initiation} on the same object. */
    byte[] response(
            byte[] ephemeral,
            byte[] initiatorEphemeral,
            byte[] initiatorStatic,
            byte[] presharedKey,
            int sender,
            int receiver) {
        byte[] ephemeralPublic = publicKey(ephemeral);
        c = kdf(1, c, ephemeralPublic)[0];
        h = hash(concat(h, ephemeralPublic));
        c = kdf(1, c, dh(ephemeral, initiatorEphemeral))[0];
        c = kdf(1, c, dh(ephemeral, initiatorStatic))[0];
        byte[][] ctk = kdf(3, c, presharedKey);
        c = ctk[0];
        h = hash(concat(h, ctk[1]));
        byte[] nothing = seal(ctk[2], new byte[0], h);
        h = hash(concat(h, nothing));
        return concat(word(2), word(sender), word(receiver), ephemeralPublic, nothing, new byte[32]);
    }

    /** The keys with which the initiator sends and receives. */
    byte[][] transportKeys() {
        return kdf(2, c, new byte[0]);
    }

    static byte[] publicKey(byte[] privateKey) {
        byte[] base = new byte[32];
        base[0] = 9;
        return dh(privateKey, base);
    }

    static byte[] dh(byte[] privateKey, byte[] publicKey) {
        try {
            KeyFactory factory = KeyFactory.getInstance("X25519");
            PrivateKey key = factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey));
            byte[] bigEndian = new byte[32];
            for (int i = 0; i < 32; i++) {
                bigEndian[31 - i] = publicKey[i];
            }
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(key);
            agreement.doPhase(
                    factory.generatePublic(
                            new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian))),
                    true);
            return agreement.generateSecret();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] hash(byte[] input) {
        Blake2sDigest digest = new Blake2sDigest(256);
        digest.update(input, 0, input.length);
        byte[] output = new byte[32];
        digest.doFinal(output, 0);
        return output;
    }

    private static byte[] hmac(byte[] key, byte[] input) {
        HMac mac = new HMac(new Blake2sDigest(256));
        mac.init(new KeyParameter(key));
        mac.update(input, 0, input.length);
        byte[] output = new byte[32];
        mac.doFinal(output, 0);
        return output;
    }

    private static byte[][] kdf(int n, byte[] key, byte[] input) {
        byte[] t0 = hmac(key, input);
        byte[][] t = new byte[n][];
        byte[] last = {};
        for (int i = 0; i < n; i++) {
            last = hmac(t0, concat(last, new byte[] {(byte) (i + 1)}));
            t[i] = last;
        }
        return t;
    }

    private static byte[] seal(byte[] key, byte[] plaintext, byte[] aad) {
        ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
        cipher.init(true, new AEADParameters(new KeyParameter(key), 128, new byte[12], aad));
        byte[] output = new byte[plaintext.length + 16];
        try {
            int written = cipher.processBytes(plaintext, 0, plaintext.length, output, 0);
            cipher.doFinal(output, written);
        } catch (InvalidCipherTextException e) {
            throw new AssertionError(e);
        }
        return output;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] word(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }
}
