// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.warmup;

import io.culvert.crypto.Aeads;
import java.util.function.LongSupplier;

/**
 * The warm-up of a process, or {@link #OFF}. The calls come in the order of the methods here, by one thread, but
 * {@link #status}, which any may call.
 */
public interface Warmup extends AutoCloseable {
    /** Does nothing. */
    Warmup OFF = new Warmup() {
        @Override
        public void awaitPrivileged() {
            // It needs no privileges.
        }

        @Override
        public void start(LongSupplier packets, Runnable devicesMade) {
            devicesMade.run();
        }

        @Override
        public void close() {
            // Nothing runs.
        }

        @Override
        public WarmupStatus status() {
            return WarmupStatus.NONE;
        }
    };

    /**
     * Begins with what needs privileges, in a thread of its own.
     *
     * @param on whether there is to be a warm-up
     * @param aeads creates the AEADs of the daemon's device and of the warm-up's
     * @param workers the number of workers of the daemon's device
     * @param source opens the platforms of the warm-up's devices
     */
    static Warmup prepare(boolean on, Aeads aeads, int workers, PlatformSource source) {
        return on ? SelfTrafficWarmup.prepare(aeads, workers, source) : OFF;
    }

    /** Waits until privileges may be given up. Rings of io_uring may be made until {@code devicesMade} is run. */
    void awaitPrivileged();

    /**
     * Lets it run: the daemon serves. It stops for good when the daemon carries traffic.
     *
     * @param packets counts the packets of the daemon's devices; any thread
     * @param devicesMade is run once, by any thread, when no ring will be made any more
     */
    void start(LongSupplier packets, Runnable devicesMade);

    /** Stops it, if it runs: the daemon ends. Does not wait for its end. */
    @Override
    void close();

    /** How far it has come. */
    WarmupStatus status();
}
