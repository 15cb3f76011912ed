package io.culvert.crypto;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;

/**
 * What OpenSSL's libcrypto has for one message: functions of {@code openssl/evp.h}, pointers as numbers.
 *
 * <p>Calls let safepoints pass ({@code Linker.Option.critical} would not): 64 KiB take some 40 us, longer than a collection should
 * be kept waiting.
 */
record Libcrypto(
        MethodHandle contextNew,
        MethodHandle contextFree,
        MethodHandle chaCha20Poly1305,
        MethodHandle init,
        MethodHandle update,
        MethodHandle finish,
        MethodHandle control) {
    /** What this machine has; null where {@link #WHY_NOT} says why it has none. In a constant, lest calls are looked up. */
    static final Libcrypto HERE;

    /** Why there is none; null where there is. */
    static final String WHY_NOT;

    /** Of {@code OPENSSL_init_crypto}: nothing is torn down at exit, when other threads may still be in it. */
    private static final long NO_CLEANUP_AT_EXIT = 0x0008_0000L;

    static {
        Libcrypto loaded = null;
        String whyNot = null;
        try {
            loaded = load("libcrypto.so.3");
        } catch (IllegalArgumentException | NoSuchElementException e) {
            whyNot = e.getMessage();
        }
        HERE = loaded;
        WHY_NOT = whyNot;
    }

    /**
     * Loads a library, for good.
     *
     * @throws IllegalArgumentException when there is none of this name
     * @throws NoSuchElementException when it lacks a function
     */
    @SuppressWarnings("restricted") // It is the library that it says it is.
    static Libcrypto load(String file) {
        SymbolLookup library = SymbolLookup.libraryLookup(file, Arena.global());
        stayAtExit(handle(library, "OPENSSL_init_crypto", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG)));
        FunctionDescriptor five = FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
        return new Libcrypto(
                handle(library, "EVP_CIPHER_CTX_new", FunctionDescriptor.of(JAVA_LONG)),
                handle(library, "EVP_CIPHER_CTX_free", FunctionDescriptor.ofVoid(JAVA_LONG)),
                handle(library, "EVP_chacha20_poly1305", FunctionDescriptor.of(JAVA_LONG)),
                handle(library, "EVP_CipherInit_ex", five.insertArgumentLayouts(1, JAVA_LONG)),
                handle(library, "EVP_CipherUpdate", five),
                handle(library, "EVP_CipherFinal_ex", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG)),
                handle(
                        library,
                        "EVP_CIPHER_CTX_ctrl",
                        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG)));
    }

    private static void stayAtExit(MethodHandle initCrypto) {
        try {
            // Where it was initialised otherwise before, that stays.
            int ignored = (int) initCrypto.invokeExact(NO_CLEANUP_AT_EXIT, 0L);
        } catch (Throwable e) {
            throw new IllegalStateException("OPENSSL_init_crypto", e);
        }
    }

    @SuppressWarnings("restricted") // The signatures are those of openssl/evp.h and openssl/crypto.h.
    private static MethodHandle handle(SymbolLookup library, String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
    }
}
