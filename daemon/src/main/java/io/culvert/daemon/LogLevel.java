// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.lang.System.Logger.Level;
import java.util.Map;

/** The log level, from the environment variable LOG_LEVEL, which has the same values as in wireguard-go. */
enum LogLevel {
    /** Nothing. */
    SILENT(Level.OFF),
    /** Errors and warnings; the default. */
    ERROR(Level.WARNING),
    /** All messages down to debug. */
    VERBOSE(Level.DEBUG);

    private final Level threshold;

    LogLevel(Level threshold) {
        this.threshold = threshold;
    }

    static LogLevel of(Map<String, String> environment) {
        return switch (environment.getOrDefault("LOG_LEVEL", "")) {
            case "verbose", "debug" -> VERBOSE;
            case "silent" -> SILENT;
            default -> ERROR;
        };
    }

    boolean shows(Level level) {
        return this != SILENT && level.getSeverity() >= threshold.getSeverity();
    }
}
