package io.culvert.daemon;

import io.culvert.natives.ErrnoException;
import io.culvert.natives.Linux;
import io.culvert.natives.generated.linux_h;

/** Points the process's standard descriptors elsewhere, below Java's streams, so that the JVM's own output follows. */
final class StandardStreams {
    private StandardStreams() {}

    /** Takes stderr back from the launcher's filter, which only lives for the JVM's own start-up messages. */
    static void restoreError() throws ErrnoException {
        String descriptor = System.getenv("CULVERT_STDERR_FD");
        if (descriptor != null) {
            int kept = Integer.parseInt(descriptor);
            Linux.dup2(kept, 2);
            Linux.close(kept);
        }
    }

    /** Lets go of the terminal, or whatever the launcher was started from; of stderr too unless it is kept. */
    static void detach(boolean keepError) throws ErrnoException {
        int devNull = Linux.open("/dev/null", linux_h.O_RDWR);
        Linux.dup2(devNull, 0);
        Linux.dup2(devNull, 1);
        if (!keepError) {
            Linux.dup2(devNull, 2);
        }
        Linux.close(devNull);
    }
}
