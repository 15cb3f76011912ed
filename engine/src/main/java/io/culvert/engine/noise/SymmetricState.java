// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.noise;

import io.culvert.crypto.ChaCha20Poly1305;
import io.culvert.natives.Memory;
import io.culvert.natives.linux.SecretMemory;
import java.nio.charset.StandardCharsets;

/**
 * The symmetric state of the Noise Protocol (section 5.2) for Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s: chaining key,
 * handshake hash, and cipher key. Each cipher key encrypts one plaintext, so the nonce is always 0.
 *
 * <p>A working copy for one message, off the heap; between messages {@link HandshakeMemory} keeps chaining key and
 * hash. Parameters are addresses. Confined to one thread; {@link #close} zeroes it.
 */
final class SymmetricState implements AutoCloseable {
    /** Bytes written by {@link #save}: chaining key and hash. */
    static final int SAVED_BYTES = 2 * Blake2s.HASH_BYTES;

    private static final byte[] INITIAL_CHAINING_KEY = Blake2s.hash(ascii("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"));
    private static final byte[] INITIAL_HASH =
            Blake2s.hash(INITIAL_CHAINING_KEY, ascii("WireGuard v1 zx2c4 Jason@zx2c4.com"));

    // Offsets: the state, three outputs of the KDF, and 16 bytes that stay zero, of which a nonce takes 12.
    private static final int CHAINING_KEY = 0;
    private static final int HASH = CHAINING_KEY + Blake2s.HASH_BYTES;
    private static final int KEY = HASH + Blake2s.HASH_BYTES;
    private static final int OUTPUTS = KEY + ChaCha20Poly1305.KEY_BYTES;
    private static final int ZERO_NONCE = OUTPUTS + 3 * Blake2s.HASH_BYTES;
    private static final int BYTES = ZERO_NONCE + 16;

    private final long memory = SecretMemory.allocate(BYTES);
    private final long chainingKey = memory + CHAINING_KEY;
    private final long hash = memory + HASH;
    private final long key = memory + KEY;
    private final long outputs = memory + OUTPUTS;
    private final Blake2s blake = new Blake2s();

    /** The initial state; the responder's static key is the pre-message. */
    SymmetricState(PublicKey responderStatic) {
        Memory.copy(INITIAL_CHAINING_KEY, 0, chainingKey, INITIAL_CHAINING_KEY.length);
        Memory.copy(INITIAL_HASH, 0, hash, INITIAL_HASH.length);
        responderStatic.copyTo(outputs);
        mixHash(outputs, PublicKey.BYTES);
    }

    /** Restores the state that {@link #save} wrote. */
    SymmetricState(long saved) {
        Memory.copy(saved, chainingKey, SAVED_BYTES);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes chaining key and hash to {@code target}: {@link #SAVED_BYTES} bytes. */
    void save(long target) {
        Memory.copy(chainingKey, target, SAVED_BYTES);
    }

    /** Token e: mixes a public key into the hash and, in psk handshakes (section 9.2), into the chaining key. */
    void mixEphemeral(long publicKey) {
        mixHash(publicKey, PublicKey.BYTES);
        mixKey(1, publicKey);
    }

    /** Tokens ee, es, se and ss: mixes a shared secret into the chaining key. */
    void mixSecret(long sharedSecret) {
        mixKey(2, sharedSecret);
    }

    /** Token psk: mixes the preshared key into chaining key and hash. */
    void mixPresharedKey(long presharedKey) {
        blake.kdf(3, chainingKey, presharedKey, Secret.BYTES, outputs);
        Memory.copy(outputs, chainingKey, Blake2s.HASH_BYTES);
        mixHash(outputs + Blake2s.HASH_BYTES, Blake2s.HASH_BYTES);
        Memory.copy(outputs + 2 * Blake2s.HASH_BYTES, key, ChaCha20Poly1305.KEY_BYTES);
    }

    /** Encrypts {@code bytes} bytes to {@code target}, with a tag of 16, and mixes the ciphertext into the hash. */
    void encrypt(long plaintext, int bytes, long target) {
        ChaCha20Poly1305.seal(key, memory + ZERO_NONCE, hash, Blake2s.HASH_BYTES, plaintext, bytes, target);
        mixHash(target, bytes + ChaCha20Poly1305.TAG_BYTES);
    }

    /**
     * Decrypts {@code bytes} bytes at {@code source}, tag included, and mixes the ciphertext into the hash.
     *
     * @param target receives the plaintext
     * @return whether it is authentic; if not, nothing changes
     */
    boolean decrypt(long source, int bytes, long target) {
        int length = bytes - ChaCha20Poly1305.TAG_BYTES;
        if (!ChaCha20Poly1305.open(key, memory + ZERO_NONCE, hash, Blake2s.HASH_BYTES, source, length, target)) {
            return false;
        }
        mixHash(source, bytes);
        return true;
    }

    /** Derives the transport keys: the initiator sends with the first and receives with the second. */
    void split(long first, long second) {
        blake.kdf(2, chainingKey, outputs, 0, outputs);
        Memory.copy(outputs, first, Secret.BYTES);
        Memory.copy(outputs + Blake2s.HASH_BYTES, second, Secret.BYTES);
    }

    private void mixHash(long data, int bytes) {
        blake.hash(hash, Blake2s.HASH_BYTES, data, bytes, hash);
    }

    private void mixKey(int count, long input) {
        blake.kdf(count, chainingKey, input, Secret.BYTES, outputs);
        Memory.copy(outputs, chainingKey, Blake2s.HASH_BYTES);
        if (count == 2) {
            Memory.copy(outputs + Blake2s.HASH_BYTES, key, ChaCha20Poly1305.KEY_BYTES);
        }
    }

    @Override
    public void close() {
        blake.close();
        SecretMemory.free(memory);
    }
}
