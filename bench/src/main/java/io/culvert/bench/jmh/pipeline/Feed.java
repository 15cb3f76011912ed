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

    /**
     * Gives one super-packet, packet, or group of datagrams.
     *
     * @return how many packets that is
     */
    abstract int give(MemoryIo io, WorkerIo.Sink sink);

    /** Whether {@link #give} may be called now. */
    abstract boolean takenBy(WorkerIo.Sink sink);

    /** How many packets a write to the TUN stands for. */
    final int packetsWritten(int length) {
        return (length - VirtioNetHeader.BYTES - shape.headerBytes()) / shape.payload();
    }

    /** What comes out of the TUN: a few packets over and over, as they are only read. */
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
        boolean takenBy(WorkerIo.Sink sink) {
            return sink.takesTun();
        }

        @Override
        int give(MemoryIo io, WorkerIo.Sink sink) {
            next = next + 1 & SOURCES - 1;
            sink.onTun(0, sources + (long) next * stride, bytes);
            return packets;
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
        boolean takenBy(WorkerIo.Sink sink) {
            return sink.takesUdp();
        }

        @Override
        int give(MemoryIo io, WorkerIo.Sink sink) {
            int buffer = io.takeUdp();
            long at = io.udp(buffer);
            corpus.copy(group++, at);
            sink.onUdp(buffer, at, TRAIN * corpus.messageBytes(), io.limit(buffer), corpus.messageBytes(), from, 0);
            return TRAIN;
        }
    }
}
