// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.crypto.ChaCha20Poly1305;
import io.culvert.natives.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The SymmetricState of Noise (Noise specification, section 5.2) for Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s: chaining
 * key, handshake hash, and cipher key. Each cipher key encrypts one plaintext, so the nonce is always 0.
 *
 * <p>A working copy for one message: between messages {@link Handshake} keeps chaining key and hash off the heap.
 * Confined to one thread; {@link #close} zeroes it.
 */
final class SymmetricState implements AutoCloseable {
    /** Bytes written by {@link #save}: chaining key and hash. */
    static final int SAVED_BYTES = 2 * Blake2s.HASH_BYTES;

    private static final byte[] INITIAL_CHAINING_KEY = Blake2s.hash(ascii("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"));
    private static final byte[] INITIAL_HASH =
            Blake2s.hash(INITIAL_CHAINING_KEY, ascii("WireGuard v1 zx2c4 Jason@zx2c4.com"));
    private static final byte[] ZERO_NONCE = new byte[ChaCha20Poly1305.NONCE_BYTES];
    private static final byte[] EMPTY = {};

    private final byte[] chainingKey = new byte[Blake2s.HASH_BYTES];
    private final byte[] hash = new byte[Blake2s.HASH_BYTES];
    private final byte[] key = new byte[ChaCha20Poly1305.KEY_BYTES];

    /** The initial state; the responder's static key is the pre-message. */
    SymmetricState(byte[] responderStatic) {
        System.arraycopy(INITIAL_CHAINING_KEY, 0, chainingKey, 0, chainingKey.length);
        System.arraycopy(INITIAL_HASH, 0, hash, 0, hash.length);
        mixHash(responderStatic);
    }

    /** Restores the state that {@link #save} wrote. */
    SymmetricState(long saved) {
        Memory.copy(saved, chainingKey, 0, chainingKey.length);
        Memory.copy(saved + chainingKey.length, hash, 0, hash.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes chaining key and hash to {@code target}: {@link #SAVED_BYTES} bytes. */
    void save(long target) {
        Memory.copy(chainingKey, 0, target, chainingKey.length);
        Memory.copy(hash, 0, target + chainingKey.length, hash.length);
    }

    /** Token e: mixes a public key into the hash and, in psk handshakes (section 9.2), into the chaining key. */
    void mixEphemeral(byte[] publicKey) {
        mixHash(publicKey);
        mixKey(1, publicKey);
    }

    /** Tokens ee, es, se and ss: mixes a shared secret into the chaining key. */
    void mixSecret(byte[] sharedSecret) {
        mixKey(2, sharedSecret);
    }

    /** Token psk: mixes the preshared key into chaining key and hash. */
    void mixPresharedKey(byte[] presharedKey) {
        byte[][] keys = Blake2s.kdf(3, chainingKey, presharedKey);
        move(chainingKey, keys[0]);
        mixHash(keys[1]);
        Arrays.fill(keys[1], (byte) 0);
        move(key, keys[2]);
    }

    /** Encrypts {@code plaintext} to {@code target}, with a tag of 16 bytes, and mixes the ciphertext into the hash. */
    void encrypt(byte[] plaintext, long target) {
        byte[] sealed = new byte[plaintext.length + ChaCha20Poly1305.TAG_BYTES];
        ChaCha20Poly1305.seal(key, ZERO_NONCE, hash, plaintext, 0, plaintext.length, sealed, 0);
        mixHash(sealed);
        Memory.copy(sealed, 0, target, sealed.length);
    }

    /**
     * Decrypts {@code bytes} bytes at {@code source}, tag included, and mixes the ciphertext into the hash.
     *
     * @return the plaintext, or {@code null} if it is not authentic
     */
    byte[] decrypt(long source, int bytes) {
        byte[] sealed = new byte[bytes];
        Memory.copy(source, sealed, 0, bytes);
        byte[] plaintext = new byte[bytes - ChaCha20Poly1305.TAG_BYTES];
        if (!ChaCha20Poly1305.open(key, ZERO_NONCE, hash, sealed, 0, plaintext.length, plaintext, 0)) {
            return null;
        }
        mixHash(sealed);
        return plaintext;
    }

    /** Derives the transport keys: the initiator sends with the first and receives with the second. */
    void split(long first, long second) {
        byte[][] keys = Blake2s.kdf(2, chainingKey, EMPTY);
        Memory.copy(keys[0], 0, first, keys[0].length);
        Memory.copy(keys[1], 0, second, keys[1].length);
        Arrays.fill(keys[0], (byte) 0);
        Arrays.fill(keys[1], (byte) 0);
    }

    private void mixHash(byte[] data) {
        move(hash, Blake2s.hash(hash, data));
    }

    private void mixKey(int outputs, byte[] input) {
        byte[][] keys = Blake2s.kdf(outputs, chainingKey, input);
        move(chainingKey, keys[0]);
        if (outputs == 2) {
            move(key, keys[1]);
        }
    }

    /** Copies a value and zeroes the source, so that one copy remains. */
    private static void move(byte[] target, byte[] value) {
        System.arraycopy(value, 0, target, 0, target.length);
        Arrays.fill(value, (byte) 0);
    }

    @Override
    public void close() {
        Arrays.fill(chainingKey, (byte) 0);
        Arrays.fill(hash, (byte) 0);
        Arrays.fill(key, (byte) 0);
    }
}
