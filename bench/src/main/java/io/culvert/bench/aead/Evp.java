// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.culvert.crypto.Aead;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * OpenSSL's EVP through the Foreign Function API, with the calls that an application makes per packet: Init with the
 * nonce (and once per train with the key), Update, Final, and ctrl for the tag. Unlike Culvert's implementation
 * {@code openssl} it leaves the key in the context after a train, so that Culvert is compared with OpenSSL at its
 * fastest.
 */
final class Evp implements Aead {
    // From openssl/evp.h.
    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;

    private static final SymbolLookup LIBCRYPTO = library();
    private static final MethodHandle CTX_NEW = handle("EVP_CIPHER_CTX_new", FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle CTX_FREE = handle("EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle CIPHER = handle("EVP_chacha20_poly1305", FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle CTRL =
            handle("EVP_CIPHER_CTX_ctrl", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle INIT = handle(
            "EVP_CipherInit_ex",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle UPDATE = handle(
            "EVP_CipherUpdate", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FINAL =
            handle("EVP_CipherFinal_ex", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment nonce = arena.allocate(16, 16);
    private final MemorySegment written = arena.allocate(16, 16);
    private final long sealer = context(1);
    private final long opener = context(0);

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        try {
            for (int i = 0; i < count; i++) {
                init(sealer, i == 0 ? key : 0, counters[i], 1);
                check((int) UPDATE.invokeExact(sealer, targets[i], written.address(), sources[i], lengths[i]));
                check((int) FINAL.invokeExact(sealer, targets[i] + lengths[i], written.address()));
                check((int) CTRL.invokeExact(sealer, GET_TAG, TAG_BYTES, targets[i] + lengths[i]));
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        long forged = 0;
        try {
            for (int i = 0; i < count; i++) {
                init(opener, i == 0 ? key : 0, counters[i], 0);
                check((int) CTRL.invokeExact(opener, SET_TAG, TAG_BYTES, sources[i] + lengths[i]));
                check((int) UPDATE.invokeExact(opener, targets[i], written.address(), sources[i], lengths[i]));
                int good = (int) FINAL.invokeExact(opener, targets[i] + lengths[i], written.address());
                forged |= (good == 1 ? 0L : 1L) << i;
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return forged;
    }

    @Override
    public String implementation() {
        return Implementations.EVP;
    }

    @Override
    public void close() {
        try {
            CTX_FREE.invokeExact(sealer);
            CTX_FREE.invokeExact(opener);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        arena.close();
    }

    private void init(long context, long key, long counter, int encrypt) throws Throwable {
        nonce.set(JAVA_LONG.withByteAlignment(4), 4, counter);
        check((int) INIT.invokeExact(context, 0L, 0L, key, nonce.address(), encrypt));
    }

    private static long context(int encrypt) {
        try {
            long context = (long) CTX_NEW.invokeExact();
            long cipher = (long) CIPHER.invokeExact();
            check((int) INIT.invokeExact(context, cipher, 0L, 0L, 0L, encrypt));
            return context;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(int result) {
        if (result != 1) {
            throw new IllegalStateException("OpenSSL returned " + result + ", expected 1");
        }
    }

    @SuppressWarnings("restricted") // The signatures are those of openssl/evp.h.
    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(LIBCRYPTO.findOrThrow(name), descriptor);
    }

    @SuppressWarnings("restricted") // The library is libcrypto.
    private static SymbolLookup library() {
        return SymbolLookup.libraryLookup("libcrypto.so.3", Arena.global());
    }
}
