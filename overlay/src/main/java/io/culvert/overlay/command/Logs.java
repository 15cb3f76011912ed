// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.command;

import java.util.List;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The log: one line each on standard error, as much of it as LOG_LEVEL says. */
public final class Logs {
    /** Libraries that log what their callers learn by an exception. */
    private static final List<String> LIBRARIES = List.of("io.etcd", "io.grpc", "io.netty", "io.vertx");

    /** The program's own; the JDK has details of its own, such as each certificate, which nobody wants here. */
    private static final Logger OWN = Logger.getLogger("io.culvert");

    /** Loggers live only as long as someone refers to them. */
    private static final List<Logger> KEPT =
            LIBRARIES.stream().map(Logger::getLogger).toList();

    private Logs() {}

    /**
     * Sets the log up, once, before anything is logged.
     *
     * @param name silent, error, info, verbose or debug, as LOG_LEVEL of the daemon; null: info
     */
    public static void start(String name) {
        Level level = switch (name == null ? "info" : name.toLowerCase(Locale.ROOT)) {
            case "silent" -> Level.OFF;
            case "error" -> Level.SEVERE;
            case "verbose", "debug" -> Level.FINE;
            default -> Level.INFO;
        };
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler handler = new ConsoleHandler();
        handler.setLevel(Level.ALL);
        handler.setFormatter(new Line());
        root.addHandler(handler);
        root.setLevel(level == Level.FINE ? Level.INFO : level);
        OWN.setLevel(level);
        KEPT.forEach(library -> library.setLevel(level == Level.FINE ? Level.INFO : Level.OFF));
    }

    private static final class Line extends Formatter {
        @Override
        public String format(LogRecord record) {
            String cause = record.getThrown() == null ? "" : ": " + record.getThrown();
            return "culvert overlay: " + record.getLevel().getName().toLowerCase(Locale.ROOT) + ": "
                    + formatMessage(record) + cause + "\n";
        }
    }
}
