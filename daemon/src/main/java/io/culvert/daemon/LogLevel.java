package io.culvert.daemon;

import java.lang.System.Logger.Level;
import java.util.Map;

/** How much is logged, by the environment variable LOG_LEVEL as wireguard-go reads it. */
enum LogLevel {
    /** Nothing. */
    SILENT(Level.OFF),
    /** What went wrong, and what serves instead; the default. */
    ERROR(Level.WARNING),
    /** What happens, too. */
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
