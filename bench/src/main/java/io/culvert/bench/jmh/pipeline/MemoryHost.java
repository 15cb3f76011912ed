// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.SeededRandom;
import io.culvert.engine.io.Bind;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;

/**
 * A host in memory, for one device. Its clock runs a thousand times slower than real time, at the same cost per read,
 * so that no protocol timer expires during a measurement.
 */
final class MemoryHost implements Platform {
    /** The UDP port of every host. */
    static final int PORT = 51_820;

    static final int MTU = 1420;

    private static final int SLOWER = 1_000;

    private final int address;
    private final RandomSource random;
    private final MemoryIo[] ios;
    private final Tun tun;
    private final Clock clock = new SlowClock(System.nanoTime());

    /**
     * A host.
     *
     * @param address its outer IPv4 address
     * @param workers the number of workers of its device
     * @param wire delivers the handshakes and, until {@link MemoryIo#cut}, the datagrams that it sends
     */
    MemoryHost(int address, int workers, MemoryIo.Wire wire) {
        this.address = address;
        random = new SeededRandom(address);
        ios = new MemoryIo[workers];
        for (int i = 0; i < workers; i++) {
            ios[i] = new MemoryIo(this, wire);
        }
        tun = new MemoryTun(workers);
    }

    private record SlowClock(long begin) implements Clock {
        @Override
        public long nanos() {
            return begin + (System.nanoTime() - begin) / SLOWER;
        }

        @Override
        public long wallSeconds() {
            return System.currentTimeMillis() / 1000;
        }

        @Override
        public int wallNanos() {
            return 0;
        }
    }

    /** An interface that is up from the start. */
    private record MemoryTun(int queues) implements Tun {
        @Override
        public String name() {
            return "memory";
        }

        @Override
        public int mtu() {
            return MTU;
        }

        @Override
        public void listen(Listener listener) {
            listener.onMtu(MTU);
            listener.onLink(true);
        }

        @Override
        public void close() {
            // No resource to release.
        }
    }

    /** A port that is open. */
    private record MemoryPort() implements UdpPort {
        @Override
        public int port() {
            return PORT;
        }

        @Override
        public void mark(int mark) {
            // Packets in memory are not routed.
        }

        @Override
        public long receiveLosses(int worker) {
            return 0;
        }

        @Override
        public void close() {
            // No socket to close.
        }
    }

    /** Its outer address. */
    int address() {
        return address;
    }

    /** The I/O of a worker. */
    MemoryIo io(int worker) {
        return ios[worker];
    }

    /** Delivers a datagram to the worker that the kernel's steering would choose: byte 4, modulo the workers. */
    void deliver(int from, byte[] datagram) {
        ios[Byte.toUnsignedInt(datagram[4]) % ios.length].deliver(from, datagram);
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
    public Tun tun() {
        return tun;
    }

    @Override
    public Bind bind() {
        return (port, workers, mark) -> new MemoryPort();
    }

    @Override
    public WorkerIo workerIo(int worker) {
        return ios[worker];
    }
}
