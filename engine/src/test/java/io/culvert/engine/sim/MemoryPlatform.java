// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A host in a {@link MemoryNetwork}: its clock, its randomness, a TUN, and its workers' I/O. */
public final class MemoryPlatform implements Platform {
    private final Clock clock;
    private final RandomSource random;
    private final MemoryTun tun;
    private final MemoryBind bind;
    private final MemoryIo[] ios;
    private SplittableRandom scatter;

    /**
     * A host.
     *
     * @param name of the TUN
     * @param workers queues of the TUN
     * @param seed of its randomness
     * @param addresses its addresses; the ports in them do not matter
     */
    public MemoryPlatform(
            Clock clock, MemoryNetwork network, String name, int workers, long seed, Address... addresses) {
        this.clock = clock;
        random = new SeededRandom(seed);
        tun = new MemoryTun(this, name, workers);
        bind = new MemoryBind(network, this, List.copyOf(Arrays.asList(addresses)));
        ios = new MemoryIo[workers];
    }

    /** From now on packets and datagrams come to any worker, not just to the one they are meant for. */
    public synchronized void scatter(long seed) {
        scatter = new SplittableRandom(seed);
    }

    synchronized int steer(int worker) {
        return scatter == null ? worker : scatter.nextInt(ios.length);
    }

    /** Something arrived for a worker. */
    void arrived(int worker) {
        MemoryIo io;
        synchronized (this) {
            io = ios[worker];
        }
        if (io != null) {
            io.arrived();
        }
    }

    /**
     * The I/O of the workers that have opened it.
     */
    public synchronized List<MemoryIo> ios() {
        List<MemoryIo> opened = new ArrayList<>();
        for (MemoryIo io : ios) {
            if (io != null) {
                opened.add(io);
            }
        }
        return opened;
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

    @Override
    public MemoryIo workerIo(int worker) {
        MemoryIo io = new MemoryIo(this, worker);
        synchronized (this) {
            ios[worker] = io;
        }
        return io;
    }
}
