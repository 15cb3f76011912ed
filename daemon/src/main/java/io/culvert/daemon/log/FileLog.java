// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.log;

import io.culvert.daemon.command.StandardStreams;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Appends messages to a file, which is made with the first one, with its directory. The process's stderr leads there
 * too, so that the JVM's own messages follow.
 */
public final class FileLog implements LogOutput {
    private final Path file;
    private final StreamLog lines = StreamLog.on(System.err);
    // Guarded by this.
    private boolean open;

    /** A file that is made when it is needed. */
    public FileLog(Path file) {
        this.file = file;
    }

    @Override
    public synchronized void write(Level level, String message) {
        if (!open) {
            open = tryOpen();
        }
        lines.write(level, message);
    }

    /** What cannot be opened stays as it was: then the next message tries again. */
    @Override
    public synchronized void reopen() {
        if (open) {
            open = tryOpen();
        }
    }

    private boolean tryOpen() {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            StandardStreams.appendErrorTo(file);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
