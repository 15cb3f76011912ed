// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.log.LogOutput;
import io.culvert.daemon.log.StreamLog;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.text.MessageFormat;
import java.util.ResourceBundle;
import java.util.stream.Stream;

/**
 * Provides loggers that write to the process's {@link LogOutput}. The JDK's own logging closes its handlers in a
 * shutdown hook, so messages about the shutdown would be lost, and it adds to the start-up time.
 */
public final class Loggers extends System.LoggerFinder {
    /**
     * The interface that a thread and those that it starts work for, in a process that carries several: its messages
     * name it.
     */
    static final InheritableThreadLocal<String> INTERFACE = new InheritableThreadLocal<>();

    /** Written by the main thread, read by any; {@code null} until the first message. Volatile. */
    private static volatile LogOutput output;

    /** Called by the service loader. */
    public Loggers() {}

    /** All messages go there from now on. */
    static void setOutput(LogOutput next) {
        output = next;
    }

    /** Where messages go. */
    static LogOutput output() {
        LogOutput present = output;
        if (present == null) {
            present = StreamLog.ofError();
            output = present;
        }
        return present;
    }

    @Override
    public System.Logger getLogger(String name, Module module) {
        LogLevel asked = LogLevel.of(System.getenv());
        boolean ours = name.startsWith("io.culvert.");
        return new OutputLogger(name, asked == LogLevel.VERBOSE && !ours ? LogLevel.ERROR : asked);
    }

    /** A logger. Thread-safe: a message is written in one call. */
    record OutputLogger(String name, LogLevel level) implements System.Logger {
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
                String text = thrown == null ? message : message + ": " + thrown;
                write(asked, thrown == null || level != LogLevel.VERBOSE ? text : text + "\n" + trace(thrown));
            }
        }

        @Override
        public void log(Level asked, ResourceBundle bundle, String format, Object... parameters) {
            if (isLoggable(asked)) {
                write(asked, parameters == null || parameters.length == 0 ? format : filled(format, parameters));
            }
        }

        private static String trace(Throwable thrown) {
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text, true));
            return text.toString();
        }

        /** Formats parameters as strings first, since MessageFormat would write 1420 as 1,420. */
        private static String filled(String format, Object... parameters) {
            return MessageFormat.format(
                    format, Stream.of(parameters).map(String::valueOf).toArray());
        }

        private void write(Level asked, String message) {
            String of = INTERFACE.get();
            String simpleName = name.substring(name.lastIndexOf('.') + 1);
            output().write(asked, (of == null ? "" : of + ": ") + simpleName + ": " + message);
        }
    }
}
