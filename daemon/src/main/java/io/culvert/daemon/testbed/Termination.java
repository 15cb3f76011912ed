// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.testbed;

import java.time.Duration;

/** Ends programs that run beside this one. */
public final class Termination {
    private Termination() {}

    /**
     * Ends a process by SIGTERM, and by SIGKILL if it has not ended within the limit, or if this thread is interrupted
     * meanwhile. An interrupt from before does not keep it from waiting. The thread is left as interrupted as it was.
     */
    public static void end(Process process, Duration limit) {
        boolean interrupted = Thread.interrupted();
        process.destroy();
        try {
            if (!process.waitFor(limit)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            process.destroyForcibly();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
