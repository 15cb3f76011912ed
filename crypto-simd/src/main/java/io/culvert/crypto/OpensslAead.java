// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Seals and opens trains by OpenSSL's EVP interface, packet by packet. It serves until the vector kernels are compiled,
 * or for good where they are not faster. It is fast from the first call and allocates nothing.
 *
 * <p>Each packet takes the usual EVP calls: Init with the nonce (and with the key, once a train), Update, Final, and
 * ctrl for the tag. After each train a byte is encrypted under a key of zeros, which overwrites key and keystream in
 * the context. OpenSSL zeroes the key and state of Poly1305 with each tag.
 */
final class OpensslAead implements Aead {
    // From openssl/evp.h.
    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;
    private static final int SEAL = 1;
    private static final int OPEN = 0;
    /** OpenSSL's result for success. */
    private static final int SUCCESS = 1;

    private static final long SCRATCH_BYTES = 128;

    /** Address of the nonce: four zero bytes, then the counter. */
    final long nonce;
    /** Context for sealing. */
    final long sealer = context(SEAL);
    /** Context for opening. */
    final long opener = context(OPEN);

    private final Arena arena = Arena.ofShared();
    /** OpenSSL stores the number of bytes that it wrote here; it is not used. */
    private final long written;
    /** A key and a nonce of zeros. */
    private final long zeros;
    /** A byte to encrypt under them. */
    private final long dummy;

    /** Loads and tests the library once, when it is first used. */
    private static final class Probe {
        private static final Optional<String> UNAVAILABLE_REASON =
                Libcrypto.INSTANCE == null ? Optional.of(Libcrypto.UNAVAILABLE_REASON) : fault(OpensslAead::new);
    }

    OpensslAead() {
        nonce = RawMemory.allocate(arena, SCRATCH_BYTES);
        written = nonce + 16;
        dummy = nonce + 32;
        zeros = nonce + 64;
    }

    /** Why OpenSSL cannot be used: libcrypto is missing, unsuitable or fails the self-test. Empty when it can. */
    static Optional<String> unavailableReason() {
        return Probe.UNAVAILABLE_REASON;
    }

    /** Why an AEAD that {@code maker} makes must not be used: it throws, or fails the self-test. */
    static Optional<String> fault(Supplier<Aead> maker) {
        try (Aead aead = maker.get();
                SelfTest test = new SelfTest(aead, SelfTest.KNOWN_LENGTH)) {
            boolean right = test.hasKnownTag() && test.passes(aead);
            return right ? Optional.empty() : Optional.of("it failed its self-test");
        } catch (IllegalStateException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        Libcrypto evp = Libcrypto.INSTANCE;
        try {
            for (int i = 0; i < count; i++) {
                long end = targets[i] + lengths[i];
                init(sealer, i == 0 ? key : 0, counters[i], SEAL);
                check((int) evp.update().invokeExact(sealer, targets[i], written, sources[i], lengths[i]));
                check((int) evp.finish().invokeExact(sealer, end, written));
                check((int) evp.control().invokeExact(sealer, GET_TAG, TAG_BYTES, end));
            }
            forget(sealer, SEAL);
        } catch (Throwable e) {
            throw new IllegalStateException("OpenSSL failed to seal", e);
        }
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        Libcrypto evp = Libcrypto.INSTANCE;
        long forged = 0;
        try {
            for (int i = 0; i < count; i++) {
                init(opener, i == 0 ? key : 0, counters[i], OPEN);
                check((int) evp.control().invokeExact(opener, SET_TAG, TAG_BYTES, sources[i] + lengths[i]));
                check((int) evp.update().invokeExact(opener, targets[i], written, sources[i], lengths[i]));
                int result = (int) evp.finish().invokeExact(opener, targets[i] + lengths[i], written);
                forged |= (result == SUCCESS ? 0L : 1L) << i;
            }
            forget(opener, OPEN);
        } catch (Throwable e) {
            throw new IllegalStateException("OpenSSL failed to open", e);
        }
        return forged;
    }

    @Override
    public String implementation() {
        return Aeads.OPENSSL;
    }

    @Override
    public void close() {
        if (!arena.scope().isAlive()) {
            return;
        }
        try {
            // OpenSSL zeroes contexts that it frees.
            Libcrypto.INSTANCE.contextFree().invokeExact(sealer);
            Libcrypto.INSTANCE.contextFree().invokeExact(opener);
        } catch (Throwable e) {
            throw new IllegalStateException("OpenSSL failed to free", e);
        }
        RawMemory.zero(nonce, SCRATCH_BYTES);
        arena.close();
    }

    /** Starts a packet; a {@code key} of 0 keeps the former key. */
    private void init(long context, long key, long counter, int direction) throws Throwable {
        RawMemory.putLong(nonce + 4, counter);
        check((int) Libcrypto.INSTANCE.init().invokeExact(context, 0L, 0L, key, nonce, direction));
    }

    private void forget(long context, int direction) throws Throwable {
        check((int) Libcrypto.INSTANCE.init().invokeExact(context, 0L, 0L, zeros, zeros, direction));
        check((int) Libcrypto.INSTANCE.update().invokeExact(context, dummy, written, dummy, 1));
    }

    private static long context(int direction) {
        Libcrypto evp = Libcrypto.INSTANCE;
        try {
            long context = (long) evp.contextNew().invokeExact();
            long cipher = (long) evp.chaCha20Poly1305().invokeExact();
            check((int) evp.init().invokeExact(context, cipher, 0L, 0L, 0L, direction));
            return context;
        } catch (Throwable e) {
            throw new IllegalStateException("OpenSSL cannot make a context for ChaCha20-Poly1305", e);
        }
    }

    private static void check(int result) {
        if (result != SUCCESS) {
            throw new IllegalStateException("OpenSSL returned " + result);
        }
    }
}
