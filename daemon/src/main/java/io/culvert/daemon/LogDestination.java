// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.log.FileLog;
import io.culvert.daemon.log.LogOutput;
import io.culvert.daemon.log.StreamLog;
import io.culvert.daemon.log.SystemLog;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the log of a process goes (CULVERT_LOG). */
enum LogDestination {
    /** What is usual: stderr in the foreground, the system log in the background, or a file where there is none. */
    USUAL,
    STDERR,
    SYSLOG,
    FILE;

    static final String VARIABLE = "CULVERT_LOG";

    private static final Path DIRECTORY = Path.of("/var/log/culvert");

    /**
     * The destination that a text means; a file's name is absolute.
     *
     * @throws StartException if it means none
     */
    static LogDestination of(String text) throws StartException {
        return switch (text) {
            case "" -> USUAL;
            case "stderr" -> STDERR;
            case "syslog" -> SYSLOG;
            default -> {
                if (!text.startsWith("/") || text.endsWith("/")) {
                    throw StartException.invalid(
                            VARIABLE, text, "expected stderr, syslog or the absolute name of a file");
                }
                yield FILE;
            }
        };
    }

    /**
     * The output for it.
     *
     * @param text the variable's value
     * @param background whether the process is in the background, where stderr is nobody's
     * @param name of the usual file: the interface's, or the service's
     */
    LogOutput output(String text, boolean background, String name) {
        FileLog file = new FileLog(this == FILE ? Path.of(text) : DIRECTORY.resolve(name + ".log"));
        return switch (this) {
            case STDERR -> StreamLog.ofError();
            case FILE -> file;
            case SYSLOG -> new SystemLog(SystemLog.SOCKET, file);
            case USUAL -> {
                if (!background) {
                    yield StreamLog.ofError();
                }
                yield Files.exists(SystemLog.SOCKET) ? new SystemLog(SystemLog.SOCKET, file) : file;
            }
        };
    }
}
