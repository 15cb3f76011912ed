package io.culvert.crypto;

import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Trains through OpenSSL's EVP, packet by packet: what serves until the vector kernels are compiled, and where they cannot. It is
 * fast from its first call on and allocates nothing.
 *
 * <p>For each packet the calls that any program makes: Init with the nonce (and the key, once a train), Update, Final, and
 * the tag by ctrl. After each train a byte under a key of zeros takes the place of key and keystream in the context;
 * OpenSSL itself zeroes Poly1305's key and state with each tag.
 */
final class OpensslAead implements Aead {
    // From openssl/evp.h.
    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;
    private static final int SEAL = 1;
    private static final int OPEN = 0;
    /** OpenSSL's result where all went well. */
    private static final int GOOD = 1;

    private static final long SCRATCH_BYTES = 128;

    /** The nonce's address: four zero bytes, as WireGuard has them, then the counter. */
    final long nonce;
    /** The context that seals. */
    final long sealer = context(SEAL);
    /** The context that opens. */
    final long opener = context(OPEN);

    private final Arena arena = Arena.ofShared();
    /** Where OpenSSL says how many bytes it wrote, which is no news. */
    private final long written;
    /** A key of zeros, and a nonce. */
    private final long zeros;
    /** A byte to be sealed under them. */
    private final long anything;

    /** Loaded and tested once, by whoever asks first. */
    private static final class Here {
        private static final Optional<String> WHY_NOT =
                Libcrypto.HERE == null ? Optional.of(Libcrypto.WHY_NOT) : fault(OpensslAead::new);
    }

    OpensslAead() {
        nonce = RawMemory.allocate(arena, SCRATCH_BYTES);
        written = nonce + 16;
        anything = nonce + 32;
        zeros = nonce + 64;
    }

    /** Why it cannot serve here: no libcrypto, or one that is wrong; empty where it can. */
    static Optional<String> unavailableReason() {
        return Here.WHY_NOT;
    }

    /** Why what {@code maker} makes must not serve: it fails, or has another answer than the known one. */
    static Optional<String> fault(Supplier<Aead> maker) {
        try (Aead aead = maker.get();
                SelfTest test = new SelfTest(aead, SelfTest.KNOWN_LENGTH)) {
            boolean right = test.anchored() && test.holds(aead);
            return right ? Optional.empty() : Optional.of("it failed its self-test");
        } catch (IllegalStateException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        Libcrypto evp = Libcrypto.HERE;
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
        Libcrypto evp = Libcrypto.HERE;
        long forged = 0;
        try {
            for (int i = 0; i < count; i++) {
                init(opener, i == 0 ? key : 0, counters[i], OPEN);
                check((int) evp.control().invokeExact(opener, SET_TAG, TAG_BYTES, sources[i] + lengths[i]));
                check((int) evp.update().invokeExact(opener, targets[i], written, sources[i], lengths[i]));
                int result = (int) evp.finish().invokeExact(opener, targets[i] + lengths[i], written);
                forged |= (result == GOOD ? 0L : 1L) << i;
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
            // It zeroes what it frees.
            Libcrypto.HERE.contextFree().invokeExact(sealer);
            Libcrypto.HERE.contextFree().invokeExact(opener);
        } catch (Throwable e) {
            throw new IllegalStateException("OpenSSL failed to free", e);
        }
        RawMemory.zero(nonce, SCRATCH_BYTES);
        arena.close();
    }

    /** Starts a packet; a key of 0 is the one before. */
    private void init(long context, long key, long counter, int direction) throws Throwable {
        RawMemory.putLong(nonce + 4, counter);
        check((int) Libcrypto.HERE.init().invokeExact(context, 0L, 0L, key, nonce, direction));
    }

    private void forget(long context, int direction) throws Throwable {
        check((int) Libcrypto.HERE.init().invokeExact(context, 0L, 0L, zeros, zeros, direction));
        check((int) Libcrypto.HERE.update().invokeExact(context, anything, written, anything, 1));
    }

    private static long context(int direction) {
        Libcrypto evp = Libcrypto.HERE;
        try {
            long context = (long) evp.contextNew().invokeExact();
            long cipher = (long) evp.chaCha20Poly1305().invokeExact();
            check((int) evp.init().invokeExact(context, cipher, 0L, 0L, 0L, direction));
            return context;
        } catch (Throwable e) {
            throw new IllegalStateException("OpenSSL has no context of ChaCha20-Poly1305", e);
        }
    }

    private static void check(int result) {
        if (result != GOOD) {
            throw new IllegalStateException("OpenSSL says " + result);
        }
    }
}
