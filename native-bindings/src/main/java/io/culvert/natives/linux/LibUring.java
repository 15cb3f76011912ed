// SPDX-License-Identifier: Apache-2.0
package io.culvert.natives.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/**
 * Whether liburing can be used. It is optional: without it only the constants of {@code liburing_h} can be used, and
 * Culvert makes plain system calls.
 */
public final class LibUring {
    private static final String LIBRARY = "liburing.so.2";
    private static final Optional<String> UNAVAILABLE_REASON = load();

    private LibUring() {}

    @SuppressWarnings("restricted")
    private static Optional<String> load() {
        SymbolLookup library;
        try {
            library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        } catch (IllegalArgumentException e) {
            return Optional.of(LIBRARY + " cannot be loaded; Debian has it in the package liburing2");
        }
        // New in 2.3.
        return library.find("io_uring_enter2").isPresent()
                ? Optional.empty()
                : Optional.of(LIBRARY + " is older than 2.3");
    }

    /** Whether {@code liburing_h}'s functions can be called. */
    public static boolean isAvailable() {
        return UNAVAILABLE_REASON.isEmpty();
    }

    /** Why they cannot be called; empty when they can. */
    public static Optional<String> unavailableReason() {
        return UNAVAILABLE_REASON;
    }
}
