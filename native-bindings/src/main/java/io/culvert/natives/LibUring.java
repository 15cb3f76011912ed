package io.culvert.natives;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;

/**
 * Whether liburing can be used at all. It is optional: without it {@code liburing_h} has constants but no functions, and
 * Culvert uses plain system calls.
 */
public final class LibUring {
    private static final String LIBRARY = "liburing.so.2";
    private static final String WHY_NOT = load();

    private LibUring() {}

    @SuppressWarnings("restricted")
    private static String load() {
        SymbolLookup library;
        try {
            library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        } catch (IllegalArgumentException e) {
            return LIBRARY + " cannot be loaded; Debian has it in the package liburing2";
        }
        // 2.3 is the first to have it.
        return library.find("io_uring_enter2").isPresent() ? null : LIBRARY + " is older than 2.3";
    }

    /** Whether {@code liburing_h}'s functions can be called. */
    public static boolean isAvailable() {
        return WHY_NOT == null;
    }

    /** Why they cannot be called, or {@code null}. */
    public static String whyNot() {
        return WHY_NOT;
    }
}
