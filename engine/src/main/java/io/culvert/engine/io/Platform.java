// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.util.Optional;

/**
 * The system services that a device needs: TUN and UDP on Linux, or in memory for tests and simulations. Any thread may
 * call the methods, except {@link #workerIo}.
 */
public interface Platform {
    /** The clocks. */
    Clock clock();

    /** The source of keys, nonces, indices and jitter. */
    RandomSource random();

    /** The tunnel interface. */
    Tun tun();

    /** Opens UDP ports. */
    Bind bind();

    /**
     * Creates the I/O of a worker: its TUN queue and its sockets. Called once for each worker, on the worker's thread.
     * Only that thread uses the result, except {@link WorkerIo#wake}.
     *
     * @param worker the worker's number, 0 to {@link Tun#queues} - 1
     */
    WorkerIo workerIo(int worker);

    /**
     * Creates the I/O of the thread that reads handshake messages. Called once at most.
     *
     * @return empty if the workers' sockets receive handshake messages too
     */
    Optional<HandshakeIo> handshakeIo();

    /** Schedules the calling thread, which works on handshakes, no better than the workers: data goes first. */
    void scheduleForHandshakes();
}
