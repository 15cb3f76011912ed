// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import java.io.PrintStream;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.stream.Stream;

/**
 * Provides loggers that write one line per message to stderr. The JDK's own logging closes its handlers in a shutdown
 * hook, so messages about the shutdown would be lost, and it adds to the start-up time.
 */
public final class Loggers extends System.LoggerFinder {
    /** Called by the service loader. */
    public Loggers() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        LogLevel asked = LogLevel.of(System.getenv());
        boolean ours = module.isNamed() && module.getName().startsWith("io.culvert.");
        return new StderrLogger(name, asked == LogLevel.VERBOSE && !ours ? LogLevel.ERROR : asked, System.err);
    }

    /** A logger. Thread-safe: a message is written in one call. */
    record StderrLogger(String name, LogLevel level, PrintStream out) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level asked) {
            return asked != Level.OFF && level.shows(asked);
        }

        @Override
        public void log(Level asked, ResourceBundle bundle, String message, Throwable thrown) {
            if (isLoggable(asked)) {
                print(asked, thrown == null ? message : message + ": " + thrown);
                if (thrown != null && level == LogLevel.VERBOSE) {
                    thrown.printStackTrace(out);
                }
            }
        }

        @Override
        public void log(Level asked, ResourceBundle bundle, String format, Object... parameters) {
            if (isLoggable(asked)) {
                print(asked, parameters == null || parameters.length == 0 ? format : filled(format, parameters));
            }
        }

        /** Formats parameters as strings first, since MessageFormat would write 1420 as 1,420. */
        private static String filled(String format, Object... parameters) {
            return MessageFormat.format(
                    format, Stream.of(parameters).map(String::valueOf).toArray());
        }

        private void print(Level asked, String message) {
            String simpleName = name.substring(name.lastIndexOf('.') + 1);
            out.println("culvert: " + asked.getName().toLowerCase(Locale.ROOT) + ": " + simpleName + ": " + message);
        }
    }
}
