// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.io.WorkerIo;
import io.culvert.engine.testkit.MemoryIo;
import io.culvert.engine.testkit.Transport;
import io.culvert.natives.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Connects a worker to the network until its sessions are set up, and from {@link #measure} on to a {@link Feed}: the
 * packets of the feed that have passed the pipeline are only counted, without allocation, and handshakes still use the
 * network.
 *
 * <p>{@code allowed}: how many packets the feed may have supplied in all; written by the measuring thread (release),
 * read by the worker (acquire). {@code feed} and {@code finished}: written once by the measuring thread. The rest is
 * confined to the worker's thread.
 */
final class FeedTransport implements Transport {
    private static final int DATA = 4;

    private static final VarHandle ALLOWED;

    static {
        try {
            ALLOWED = MethodHandles.lookup().findVarHandle(FeedTransport.class, "allowed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Transport network;
    private final int worker;
    private final FeedProgress progress;
    private volatile Runnable finished;
    private volatile Feed feed;
    private long supplied;
    private long passed;
    private long published;

    @SuppressWarnings("unused") // through ALLOWED
    private long allowed;

    FeedTransport(Transport network, int worker, FeedProgress progress) {
        this.network = network;
        this.worker = worker;
        this.progress = progress;
    }

    /**
     * From now on takes packets from {@code source}; each time all allowed ones have passed, at this worker or another,
     * {@code whenFinished} runs once.
     */
    void measure(Feed source, Runnable whenFinished) {
        finished = whenFinished;
        feed = source;
    }

    /** Lets the feed supply {@code packets} more. The caller wakes the worker. */
    void allow(long packets) {
        ALLOWED.setRelease(this, (long) ALLOWED.getOpaque(this) + packets);
    }

    /** Whether the feed may supply packets now. */
    private boolean supplies(boolean fromTun) {
        Feed source = feed;
        return source != null
                && source.isFromTun() == fromTun
                && supplied < (long) ALLOWED.getAcquire(this)
                && (supplied - passed < FeedProgress.WINDOW || progress.isOpen(worker, supplied));
    }

    @Override
    public boolean isTunReadable() {
        return network.isTunReadable() || supplies(true);
    }

    @Override
    public int readTun(long address) {
        int length = network.readTun(address);
        if (length > 0 || !supplies(true)) {
            return length;
        }
        supplied += feed.packets();
        return feed.read(address);
    }

    @Override
    public boolean isUdpReadable() {
        return network.isUdpReadable() || supplies(false);
    }

    /** As on Linux. */
    @Override
    public int udpBuffers() {
        return 128;
    }

    @Override
    public int receive(MemoryIo io, WorkerIo.Sink sink) {
        if (network.isUdpReadable()) {
            return network.receive(io, sink);
        }
        if (!supplies(false)) {
            return -1;
        }
        supplied += feed.packets();
        return feed.receive(io, sink);
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        Feed source = feed;
        if (source == null) {
            network.writeTun(queue, address, length);
        } else {
            passed += source.packetsWritten(length);
        }
    }

    @Override
    public boolean send(long address, int length, int segment, UdpEndpoint to, int ecn, int dscp) {
        if (feed != null && Memory.getInt(address) == DATA) {
            passed += (length + segment - 1) / segment;
            return true;
        }
        return network.send(address, length, segment, to, ecn, dscp);
    }

    @Override
    public void flush() {
        if (published != passed) {
            published = passed;
            if (progress.publish(worker, passed)) {
                finished.run();
            }
        }
    }

    @Override
    public void attach(UdpPort port) {
        network.attach(port);
    }
}
