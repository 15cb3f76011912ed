// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.WorkerIo;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A host in a {@link MemoryNetwork}: its clock, its random source, a TUN, and the I/O of its workers. Thread-safe. */
public final class MemoryPlatform implements Platform {
    private final Clock clock;
    private final RandomSource random;
    private final MemoryTun tun;
    private final MemoryBind bind;
    private final Transport.Factory transports;
    private final boolean checked;
    private final MemoryIo[] ios;
    private SplittableRandom scatter;
    private int everywhere = -1;

    /**
     * A host for simulations, whose workers must keep the contract of {@code WorkerIo}: see {@link CheckedIo}.
     *
     * @param name of the TUN
     * @param workers queues of the TUN
     * @param seed of its random source
     * @param addresses its addresses; the ports in them do not matter
     */
    public MemoryPlatform(
            Clock clock, MemoryNetwork network, String name, int workers, long seed, Address... addresses) {
        this(clock, network, name, workers, seed, NetworkTransport::new, true, addresses);
    }

    /** A host for benchmarks, whose workers' I/O checks nothing and allocates no more than its transports do. */
    public static MemoryPlatform unchecked(
            Clock clock,
            MemoryNetwork network,
            String name,
            int workers,
            long seed,
            Transport.Factory transports,
            Address... addresses) {
        return new MemoryPlatform(clock, network, name, workers, seed, transports, false, addresses);
    }

    private MemoryPlatform(
            Clock clock,
            MemoryNetwork network,
            String name,
            int workers,
            long seed,
            Transport.Factory transports,
            boolean checked,
            Address... addresses) {
        this.clock = clock;
        this.transports = transports;
        this.checked = checked;
        random = new SeededRandom(seed);
        tun = new MemoryTun(this, name, workers);
        bind = new MemoryBind(network, this, List.copyOf(Arrays.asList(addresses)));
        ios = new MemoryIo[workers];
    }

    /** From now on each packet and datagram arrives at a random worker. */
    public synchronized void scatter(long seed) {
        scatter = new SplittableRandom(seed);
    }

    /** From now on all packets and datagrams arrive at one worker. */
    public synchronized void arriveAt(int worker) {
        everywhere = worker;
    }

    /** The worker at which input for {@code worker} arrives. */
    synchronized int steer(int worker) {
        if (everywhere >= 0) {
            return everywhere;
        }
        return scatter == null ? worker : scatter.nextInt(ios.length);
    }

    /** Input has become available to a worker. */
    void arrived(int worker) {
        MemoryIo io;
        synchronized (this) {
            io = ios[worker];
        }
        if (io != null) {
            io.signalInput();
        }
    }

    /** The I/O of a started worker; without the checks. */
    public synchronized MemoryIo io(int worker) {
        return ios[worker];
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public RandomSource random() {
        return random;
    }

    @Override
    public MemoryTun tun() {
        return tun;
    }

    @Override
    public MemoryBind bind() {
        return bind;
    }

    /** Empty: the workers receive handshake messages too. */
    @Override
    public Optional<HandshakeIo> handshakeIo() {
        return Optional.empty();
    }

    @Override
    public void scheduleForHandshakes() {
        // A simulation has no threads; elsewhere all are scheduled alike.
    }

    @Override
    public WorkerIo workerIo(int worker) {
        MemoryIo io = new MemoryIo(transports.create(this, worker));
        synchronized (this) {
            ios[worker] = io;
        }
        return checked ? new CheckedIo(io) : io;
    }
}
