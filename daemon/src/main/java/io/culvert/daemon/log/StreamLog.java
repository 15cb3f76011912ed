// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.log;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;

/**
 * Writes messages to stderr. For the journal each line begins with its severity, as sd-daemon(3) says, and the journal
 * adds time and program; elsewhere with the time in UTC, the program and the level.
 */
public final class StreamLog implements LogOutput {
    private final PrintStream out;
    private final boolean journal;
    private final Clock clock;

    StreamLog(PrintStream out, boolean journal, Clock clock) {
        this.out = out;
        this.journal = journal;
        this.clock = clock;
    }

    /** On the process's stderr, in the form for whoever reads it. */
    public static StreamLog ofError() {
        return new StreamLog(System.err, isJournal(System.getenv(), Path.of("/proc/self/fd/2")), Clock.systemUTC());
    }

    /** On a stream, with the time. */
    public static StreamLog on(PrintStream out) {
        return new StreamLog(out, false, Clock.systemUTC());
    }

    /**
     * Whether a descriptor leads to the journal: JOURNAL_STREAM has the device and the inode of its stream, and a
     * program that was started with its stderr elsewhere inherits the variable all the same.
     */
    static boolean isJournal(Map<String, String> environment, Path descriptor) {
        String stream = environment.get("JOURNAL_STREAM");
        if (stream == null) {
            return false;
        }
        try {
            Map<String, Object> file = Files.readAttributes(descriptor, "unix:dev,ino");
            return stream.equals(file.get("dev") + ":" + file.get("ino"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    @Override
    public void write(Level level, String message) {
        String prefix = journal
                ? "<" + LogOutput.severity(level) + ">"
                : clock.instant().truncatedTo(ChronoUnit.MILLIS) + " culvert: "
                        + level.getName().toLowerCase(Locale.ROOT) + ": ";
        StringBuilder text = new StringBuilder();
        message.lines().forEach(line -> text.append(prefix).append(line).append('\n'));
        // In one call, so that lines of several threads do not mix.
        out.print(text);
        out.flush();
    }
}
