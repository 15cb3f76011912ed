// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.log;

import java.lang.System.Logger.Level;

/** Takes log messages. Any thread; it never throws. */
public interface LogOutput {
    /** Writes a message, which may have several lines. */
    void write(Level level, String message);

    /** Opens a file again, which may have been renamed; nothing elsewhere. */
    default void reopen() {}

    /** The severity of syslog(3): 3 for errors to 7 for debugging. */
    static int severity(Level level) {
        return switch (level) {
            case ERROR -> 3;
            case WARNING -> 4;
            case INFO -> 6;
            default -> 7;
        };
    }
}
