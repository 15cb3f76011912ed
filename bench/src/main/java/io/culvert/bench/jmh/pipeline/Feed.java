package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;

/** Where one worker's packets come from while something is measured. Used by that worker's thread; allocates nothing. */
abstract class Feed {
    /** How many packets a train has: a super-packet's segments, which one send can hold. */
    static final int TRAIN = 45;

    private final InnerPackets shape;

    private Feed(InnerPackets shape) {
        this.shape = shape;
    }

    /** Whether its packets come out of the TUN, else from the network. */
    abstract boolean isFromTun();

    /** How many packets one {@link #read} or {@link #receive} gives. */
    abstract int packets();

    /** Lays one packet or super-packet at {@code address}; returns its length with the virtio-net header. */
    int read(long address) {
        throw new IllegalStateException("not from the TUN");
    }

    /** Delivers one group of datagrams. */
    void receive(MemoryIo io, WorkerIo.Sink sink) {
        throw new IllegalStateException("not from the network");
    }

    /** How many packets a write to the TUN stands for. */
    final int packetsWritten(int length) {
        return (length - VirtioNetHeader.BYTES - shape.headerBytes()) / shape.payload();
    }

    /** Packets of the TUN: copies of a few, over and over; each copy stands for the kernel's. */
    static final class FromTun extends Feed {
        private static final int SOURCES = 4;

        private final long sources;
        private final int stride;
        private final int bytes;
        private final int packets;
        private int next;

        /** Packets of a shape from one inner address to another. */
        FromTun(InnerPackets shape, int from, int to) {
            super(shape);
            bytes = shape.bytes();
            packets = shape.segments();
            stride = bytes + 64 & -64;
            sources = Memory.allocate((long) SOURCES * stride, 4096);
            for (int i = 0; i < SOURCES; i++) {
                shape.lay(sources + (long) i * stride, from, to, i);
            }
        }

        @Override
        boolean isFromTun() {
            return true;
        }

        @Override
        int packets() {
            return packets;
        }

        @Override
        int read(long address) {
            next = next + 1 & SOURCES - 1;
            Memory.copy(sources + (long) next * stride, address, bytes);
            return bytes;
        }
    }

    /**
     * What comes from the network: a few sealed groups of datagrams over and over, each copied to a fresh buffer, as the kernel
     * does and as they are opened in place, under counters that go on. {@link CorpusAead} opens them nevertheless.
     */
    static final class FromNetwork extends Feed {
        private final Corpus corpus;
        private final UdpEndpoint from = new UdpEndpoint();
        private long group;

        /** The datagrams of a corpus from one host. */
        FromNetwork(Corpus corpus, int address) {
            super(corpus.shape());
            this.corpus = corpus;
            from.setIpv4(address, MemoryHost.PORT);
            // Past what the handshake's first packets used.
            group = Corpus.GROUPS;
        }

        @Override
        boolean isFromTun() {
            return false;
        }

        @Override
        int packets() {
            return TRAIN;
        }

        @Override
        void receive(MemoryIo io, WorkerIo.Sink sink) {
            int buffer = io.takeUdp();
            long at = io.udp(buffer);
            corpus.copy(group++, at);
            sink.onDatagrams(
                    buffer, at, TRAIN * corpus.messageBytes(), io.limit(buffer), corpus.messageBytes(), from, 0);
        }
    }
}
