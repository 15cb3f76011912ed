// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.log;

import io.culvert.daemon.unix.UnixDatagram;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Sends messages to the system log, as syslog(3) does (RFC 3164), with facility daemon. What it does not take, as while
 * it is being started again, goes to another output.
 */
public final class SystemLog implements LogOutput {
    /** The socket of the system log. */
    public static final Path SOCKET = Path.of("/dev/log");

    private static final int DAEMON = 3 << 3;
    /** What all system logs take, in bytes (RFC 3164, 4.1). */
    private static final int MAX_BYTES = 1024;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);

    private final String socket;
    private final LogOutput other;
    private final String program = "culvert[" + ProcessHandle.current().pid() + "]: ";

    /** The system log that listens on a socket, and what takes its place. */
    public SystemLog(Path socket, LogOutput other) {
        this.socket = socket.toString();
        this.other = other;
    }

    @Override
    public void write(Level level, String message) {
        try {
            for (String line : message.lines().toList()) {
                String text = "<" + (DAEMON | LogOutput.severity(level)) + ">" + TIME.format(LocalDateTime.now()) + " "
                        + program + level.getName().toLowerCase(Locale.ROOT) + ": " + line;
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                UnixDatagram.send(socket, bytes, Math.min(bytes.length, MAX_BYTES));
            }
        } catch (IOException e) {
            other.write(level, message);
        }
    }

    @Override
    public void reopen() {
        other.reopen();
    }
}
