// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** What a daemon takes of the system. */
record Resources(long mebibytes, long descriptors, long threads, long peers) {
    /** The JIT compiles and its threads come and go: growth beyond these is a leak. */
    private static final long MORE_MEBIBYTES = 96;

    private static final long MORE_DESCRIPTORS = 8;
    private static final long MORE_THREADS = 8;

    static Resources of(Side side) throws IOException, InterruptedException {
        return new Resources(side.residentMebibytes(), side.descriptors(), side.threads(), side.peers());
    }

    /** What has grown since {@code before} by more than a daemon's normal life explains; empty if nothing has. */
    Optional<String> leaked(Resources before) {
        if (mebibytes > before.mebibytes + MORE_MEBIBYTES) {
            return Optional.of("memory grew from " + before.mebibytes + " to " + mebibytes + " MiB");
        }
        if (descriptors > before.descriptors + MORE_DESCRIPTORS) {
            return Optional.of("descriptors grew from " + before.descriptors + " to " + descriptors);
        }
        if (threads > before.threads + MORE_THREADS) {
            return Optional.of("threads grew from " + before.threads + " to " + threads);
        }
        return peers == before.peers
                ? Optional.empty()
                : Optional.of("peers changed from " + before.peers + " to " + peers);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d MiB resident, %d descriptors, %d threads, %d %s",
                mebibytes,
                descriptors,
                threads,
                peers,
                peers == 1 ? "peer" : "peers");
    }
}
