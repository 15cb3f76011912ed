package io.culvert.engine.io;

/**
 * The world a device runs in: real TUN and UDP on Linux, or memory in tests and simulations.
 */
public interface Platform {
    /** The clocks. */
    Clock clock();

    /** The source of keys, nonces, indices and jitter. */
    RandomSource random();

    /** The tunnel interface. */
    Tun tun();

    /** The maker of UDP ports. */
    Bind bind();

    /**
     * Makes worker {@code worker}'s way to its TUN queue and its sockets. Called once for each worker, on that worker's
     * own thread, which alone uses the result (but for {@link WorkerIo#wake}).
     *
     * @param worker 0 to {@link Tun#queues} - 1
     */
    WorkerIo workerIo(int worker);
}
