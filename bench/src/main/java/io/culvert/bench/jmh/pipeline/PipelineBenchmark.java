// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The pipeline of a device with its workers but without a kernel, from TUN to socket or back. Sending is lookup,
 * segmenting, sealing and committing; receiving is a copy of each datagram that stands for the kernel's, lookup,
 * opening, replay window, source check and coalescing. The reference is the AEAD alone with as many threads on the same
 * packets (with the same copy when receiving).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PipelineBenchmark {
    /** Packets per train. */
    public static final int TRAIN = Feed.TRAIN;

    private static final int TRAINS = 1024;
    private static final Logger LOGGER = Logger.getLogger("io.culvert");
    private static final long WARM_UP_SECONDS = 60;

    /** {@code culvert} or {@code aead-alone}. */
    @Param({"culvert"})
    public String implementation;

    /** {@code send} or {@code receive}. */
    @Param({"send"})
    public String direction;

    /** {@code tcp}: super-packets of 45 x 1420 B; {@code udp}: single datagrams of 200 B. */
    @Param({"tcp"})
    public String flow;

    /** The number of workers. */
    @Param({"1"})
    public int workers;

    /** The number of workers with a peer. */
    @Param({"1"})
    public int peers;

    private Aeads aeads;
    private Carrier carrier;

    /** Counters of work that passed between workers. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class CrossWorkerCounters {
        /** Trains in all. */
        public long all;
        /** Trains that another worker stole. */
        public long stolen;
        /** Trains committed by another worker than the peer's home. */
        public long away;

        /** All 0. */
        public CrossWorkerCounters() {}
    }

    /** Bytes per packet. */
    public static int packetBytes(String flow) {
        return flow.equals("tcp") ? Tunnel.MTU : 200;
    }

    /** Sets up the sessions, and waits for the vector kernels. */
    @Setup
    public void setUp() throws InterruptedException {
        // Omits messages about interfaces going up and down.
        LOGGER.setLevel(Level.WARNING);
        boolean tcp = flow.equals("tcp");
        boolean send = direction.equals("send");
        InnerPackets shape =
                new InnerPackets(false, tcp, packetBytes(flow) - (tcp ? 40 : 28), tcp && send ? Feed.TRAIN : 1);
        aeads = new Aeads(AeadChoice.AUTO);
        carrier = implementation.equals("culvert")
                ? new Tunnel(aeads, send, workers, peers, shape)
                : new AeadAlone(aeads, send, workers, shape);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
        while (!vectorsServe() && !aeads.warmedUp().isDone() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        if (!vectorsServe()) {
            LOGGER.warning("the vector kernels do not serve, but " + aeads.implementation());
        }
    }

    private boolean vectorsServe() {
        return aeads.implementation().startsWith("vector");
    }

    /** Processes packets. */
    @Benchmark
    @OperationsPerInvocation(TRAINS * Feed.TRAIN)
    public void carry(CrossWorkerCounters counters) {
        long stolen = carrier.stolen();
        long away = carrier.committedAway();
        carrier.carry(TRAINS);
        counters.all += TRAINS;
        counters.stolen += carrier.stolen() - stolen;
        counters.away += carrier.committedAway() - away;
    }

    /** Closes the device. */
    @TearDown
    public void tearDown() {
        carrier.close();
    }
}
