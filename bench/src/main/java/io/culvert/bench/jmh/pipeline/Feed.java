// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.natives.Memory;

/** The source of a worker's packets during a measurement. Used by that worker's thread; does not allocate. */
abstract class Feed {
    /** Packets per train: the segments of a super-packet, which fit one send. */
    static final int TRAIN = 45;

    private final InnerPackets shape;

    private Feed(InnerPackets shape) {
        this.shape = shape;
    }

    /** Whether the packets come from the TUN, not from the network. */
    abstract boolean isFromTun();

    /** The number of packets per {@link #read} or {@link #receive}. */
    abstract int packets();

    /** Writes one packet or super-packet to {@code address}; returns its length with the virtio-net header. */
    int read(long address) {
        throw new IllegalStateException("not from the TUN");
    }

    /** Passes one group of datagrams to the sink. */
    void receive(MemoryIo io, WorkerIo.Sink sink) {
        throw new IllegalStateException("not from the network");
    }

    /** The number of packets in a write to the TUN. */
    final int packetsWritten(int length) {
        return (length - VirtioNetHeader.BYTES - shape.headerBytes()) / shape.payload();
    }

    /** Packets of the TUN: copies of a few, repeated; each copy replaces the copy that the kernel would make. */
    static final class FromTun extends Feed {
        private static final int SOURCES = 4;

        private final long sources;
        private final int stride;
        private final int bytes;
        private final int packets;
        private int next;

        /** Packets of {@code shape} between two inner addresses. */
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
     * Datagrams from the network: a few sealed groups, repeated with continuing counters, which {@link CorpusAead}
     * opens. Each is copied to a free buffer, as by the kernel, since it is opened in place.
     */
    static final class FromNetwork extends Feed {
        private final Corpus corpus;
        private final UdpEndpoint from = new UdpEndpoint();
        private long group;

        /** The datagrams of {@code corpus} from one host. */
        FromNetwork(Corpus corpus, int address) {
            super(corpus.shape());
            this.corpus = corpus;
            from.setIpv4(address, MemoryHost.PORT);
            // The first packets after the handshake used lower counters.
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
