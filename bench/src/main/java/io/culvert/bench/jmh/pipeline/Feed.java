// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.packet.VirtioNetHeader;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.MemoryIo;
import io.culvert.natives.Memory;

/** The source of one worker's packets during a measurement. Confined to that worker's thread; allocates nothing. */
abstract class Feed {
    /** Packets of a train: the segments of a super-packet, which fit one send. */
    static final int TRAIN = 45;

    private final InnerPackets shape;

    private Feed(InnerPackets shape) {
        this.shape = shape;
    }

    /** Whether its packets come from the TUN, else from the network. */
    abstract boolean isFromTun();

    /** The number of packets in one {@link #read} or {@link #receive}. */
    abstract int packets();

    /** Writes one packet or super-packet to {@code address}; returns its length with the virtio-net header. */
    int read(long address) {
        throw new IllegalStateException("not from the TUN");
    }

    /** Delivers one group of datagrams; a buffer is free. Returns their bytes. */
    int receive(MemoryIo io, WorkerIo.Sink sink) {
        throw new IllegalStateException("not from the network");
    }

    /** The number of packets in a write of {@code length} bytes to the TUN. */
    final int packetsWritten(int length) {
        return (length - VirtioNetHeader.BYTES - shape.headerBytes()) / shape.payload();
    }

    /** Packets of the TUN: copies of a few packets in rotation; each copy replaces the kernel's. */
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
     * Datagrams of the network: a few sealed groups in rotation, each copied to a free buffer, as the kernel does,
     * since they are opened in place. Their counters keep rising; {@link CorpusAead} opens them nevertheless.
     */
    static final class FromNetwork extends Feed {
        private final Corpus corpus;
        private final UdpEndpoint from = new UdpEndpoint();
        private long group;

        /** The datagrams of a corpus from one sender. */
        FromNetwork(Corpus corpus, Address sender) {
            super(corpus.shape());
            this.corpus = corpus;
            from.setIpv4((int) sender.low(), sender.port());
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
        int receive(MemoryIo io, WorkerIo.Sink sink) {
            int buffer = io.takeBuffer();
            long at = io.payload(buffer);
            int bytes = TRAIN * corpus.messageBytes();
            corpus.copy(group++, at);
            sink.onDatagrams(buffer, at, bytes, io.limit(buffer), corpus.messageBytes(), from, 0);
            return bytes;
        }
    }
}
