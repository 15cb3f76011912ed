// SPDX-License-Identifier: Apache-2.0
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
 * Functions of OpenSSL's libcrypto ({@code openssl/evp.h}); pointers are numbers.
 *
 * <p>Calls are not linked as {@code Linker.Option.critical}, which would hold off safepoints: 64 KiB take some 40 us,
 * too long for a garbage collection to wait.
 */
record Libcrypto(
        MethodHandle contextNew,
        MethodHandle contextFree,
        MethodHandle chaCha20Poly1305,
        MethodHandle init,
        MethodHandle update,
        MethodHandle finish,
        MethodHandle control) {
    /** The system's library, or null when it cannot be used. A constant, so that C2 inlines its method handles. */
    static final Libcrypto INSTANCE;

    /** Why the library cannot be used, or null. */
    static final String UNAVAILABLE_REASON;

    /** OPENSSL_INIT_NO_ATEXIT: no cleanup at exit, when other threads may still be in the library. */
    private static final long NO_CLEANUP_AT_EXIT = 0x0008_0000L;

    static {
        Libcrypto loaded = null;
        String reason = null;
        try {
            loaded = load("libcrypto.so.3");
        } catch (IllegalArgumentException | NoSuchElementException e) {
            reason = e.getMessage();
        }
        INSTANCE = loaded;
        UNAVAILABLE_REASON = reason;
    }

    /**
     * Loads a library, which is never unloaded.
     *
     * @throws IllegalArgumentException when there is no library of this name
     * @throws NoSuchElementException when it lacks a function
     */
    @SuppressWarnings("restricted") // The system's library is trusted.
    static Libcrypto load(String file) {
        SymbolLookup library = SymbolLookup.libraryLookup(file, Arena.global());
        disableExitHandler(
                handle(library, "OPENSSL_init_crypto", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG)));
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

    private static void disableExitHandler(MethodHandle initCrypto) {
        try {
            // Has no effect if the process has initialised the library before.
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
