// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.command;

import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.nio.file.Path;

/** Redirects the process's standard file descriptors by dup2, so that the JVM's own output is redirected as well. */
public final class StandardStreams {
    private StandardStreams() {}

    /** Restores stderr, which the launcher redirects to a filter for the JVM's start-up messages. */
    public static void restoreError() throws ErrnoException {
        String descriptor = System.getenv("CULVERT_STDERR_FD");
        if (descriptor != null) {
            int kept = Integer.parseInt(descriptor);
            Linux.dup2(kept, 2);
            Linux.close(kept);
        }
    }

    /** Redirects stderr to the end of a file, which is made if it is missing. */
    public static void appendErrorTo(Path file) throws ErrnoException {
        int opened = Linux.open(file.toString(), linux_h.O_WRONLY | linux_h.O_CREAT | linux_h.O_APPEND);
        try {
            Linux.dup2(opened, 2);
        } finally {
            Linux.close(opened);
        }
    }

    /**
     * Redirects stdin and stdout to /dev/null, and stderr unless it is kept, to release the launcher's terminal or
     * pipes.
     */
    public static void detach(boolean keepError) throws ErrnoException {
        int devNull = Linux.open("/dev/null", linux_h.O_RDWR);
        Linux.dup2(devNull, 0);
        Linux.dup2(devNull, 1);
        if (!keepError) {
            Linux.dup2(devNull, 2);
        }
        Linux.close(devNull);
    }
}
