// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;

/** A cipher of one message off the heap, applied to arrays. */
record ArrayCipher(Sealer sealer, Opener opener) {
    /** The form of {@link ChaCha20Poly1305#seal}. */
    interface Sealer {
        void seal(byte[] key, long nonce, long aad, int aadBytes, long source, int length, long target);
    }

    /** The form of {@link ChaCha20Poly1305#open}. */
    interface Opener {
        boolean open(byte[] key, long nonce, long aad, int aadBytes, long source, int length, long target);
    }

    static ArrayCipher chaCha20() {
        return scalar(ChaCha20Poly1305::seal, ChaCha20Poly1305::open);
    }

    static ArrayCipher xChaCha20() {
        XChaCha20Poly1305 cipher = new XChaCha20Poly1305();
        return new ArrayCipher(cipher::seal, cipher::open);
    }

    static ArrayCipher of(ScalarAead aead) {
        return scalar(aead::seal, aead::open);
    }

    private interface KeySealer {
        void seal(long key, long nonce, long aad, int aadBytes, long source, int length, long target);
    }

    private interface KeyOpener {
        boolean open(long key, long nonce, long aad, int aadBytes, long source, int length, long target);
    }

    private static ArrayCipher scalar(KeySealer sealer, KeyOpener opener) {
        return new ArrayCipher(
                (key, nonce, aad, aadBytes, source, length, target) -> {
                    try (Arena arena = Arena.ofConfined()) {
                        sealer.seal(offHeap(arena, key), nonce, aad, aadBytes, source, length, target);
                    }
                },
                (key, nonce, aad, aadBytes, source, length, target) -> {
                    try (Arena arena = Arena.ofConfined()) {
                        return opener.open(offHeap(arena, key), nonce, aad, aadBytes, source, length, target);
                    }
                });
    }

    private static long offHeap(Arena arena, byte[] bytes) {
        long address = RawMemory.allocate(arena, bytes.length + 1);
        RawMemory.copy(bytes, 0, address, bytes.length);
        return address;
    }

    /** Seals in place; returns ciphertext and tag. */
    byte[] seal(byte[] key, byte[] nonce, byte[] aad, byte[] message) {
        byte[] sealed = new byte[message.length + ChaCha20Poly1305.TAG_BYTES];
        try (Arena arena = Arena.ofConfined()) {
            long place = RawMemory.allocate(arena, sealed.length);
            RawMemory.copy(message, 0, place, message.length);
            sealer.seal(key, offHeap(arena, nonce), offHeap(arena, aad), aad.length, place, message.length, place);
            RawMemory.copy(place, sealed, 0, sealed.length);
        }
        return sealed;
    }

    /** Opens into other memory; returns the plaintext, or {@code null} if the message is not authentic. */
    byte[] open(byte[] key, byte[] nonce, byte[] aad, byte[] sealed) {
        byte[] opened = new byte[sealed.length - ChaCha20Poly1305.TAG_BYTES];
        try (Arena arena = Arena.ofConfined()) {
            long target = RawMemory.allocate(arena, opened.length + 1);
            boolean authentic = opener.open(
                    key,
                    offHeap(arena, nonce),
                    offHeap(arena, aad),
                    aad.length,
                    offHeap(arena, sealed),
                    opened.length,
                    target);
            RawMemory.copy(target, opened, 0, opened.length);
            if (!authentic) {
                for (byte b : opened) {
                    if (b != 0) {
                        throw new AssertionError("a forgery changed the target");
                    }
                }
            }
            return authentic ? opened : null;
        }
    }
}
