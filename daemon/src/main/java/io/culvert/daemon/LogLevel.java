// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;

/** The log level, from the environment variable LOG_LEVEL, which has the values of wireguard-go's, and {@code info}. */
enum LogLevel {
    /** Nothing. */
    SILENT(Level.OFF),
    /** Errors and warnings; the default. */
    ERROR(Level.WARNING),
    /** Also what happens once, such as the start. */
    INFO(Level.INFO),
    /** All messages down to debug. */
    VERBOSE(Level.DEBUG);

    static final String VARIABLE = "LOG_LEVEL";

    private final Level threshold;

    LogLevel(Level threshold) {
        this.threshold = threshold;
    }

    /** The level of the environment, and the default for a word that {@link #parse} does not know. */
    static LogLevel of(Map<String, String> environment) {
        return parse(environment.getOrDefault(VARIABLE, "")).orElse(ERROR);
    }

    /** The level of a word; empty if it is none. */
    static Optional<LogLevel> parse(String word) {
        return switch (word) {
            case "verbose", "debug" -> Optional.of(VERBOSE);
            case "info" -> Optional.of(INFO);
            case "error" -> Optional.of(ERROR);
            case "silent" -> Optional.of(SILENT);
            default -> Optional.empty();
        };
    }

    boolean shows(Level level) {
        return this != SILENT && level.getSeverity() >= threshold.getSeverity();
    }
}
