package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import java.io.IOException;
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
 * The whole pipeline of a device, from the packet that a TUN gives to the datagrams that a socket takes, or the other way
 * round, on its own workers, without a kernel: sending is lookup, segmenting, sealing and committing; receiving is lookup,
 * opening, replay window, source check and coalescing, and a copy of each datagram that stands for the kernel's. To be
 * compared with the AEAD alone, by as many threads, on the same packets (with the same copy when receiving).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PipelineBenchmark {
    /** How many packets a train has. */
    public static final int TRAIN = Feed.TRAIN;

    private static final int TRAINS = 1024;
    private static final Logger LOGGER = Logger.getLogger("io.culvert");
    private static final long WARM_UP_SECONDS = 60;

    /** {@code culvert} or {@code aead-alone}. */
    @Param({"culvert"})
    public String contender;

    /** {@code send} or {@code receive}. */
    @Param({"send"})
    public String direction;

    /** {@code tcp}: super-packets of 45 x 1420 B; {@code udp}: single datagrams of 200 B. */
    @Param({"tcp"})
    public String flow;

    /** How many workers. */
    @Param({"1"})
    public int workers;

    /** How many of them have a peer whose packets come to them. */
    @Param({"1"})
    public int peers;

    private Aeads aeads;
    private Carrier carrier;

    /** What passed between workers. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class HandOffs {
        /** Trains in all. */
        public long all;
        /** Trains that another worker sealed or opened. */
        public long stolen;
        /** Commits asked of another worker. */
        public long requested;

        /** None so far. */
        public HandOffs() {}
    }

    /** How many bytes each packet has. */
    public static int packetBytes(String flow) {
        return flow.equals("tcp") ? MemoryHost.MTU : 200;
    }

    /** Sets the sessions up and waits until the vector kernels serve, where they are to. */
    @Setup
    public void setUp() throws IOException, InterruptedException {
        // That interfaces go up and down is no news here.
        LOGGER.setLevel(Level.WARNING);
        boolean tcp = flow.equals("tcp");
        boolean send = direction.equals("send");
        InnerPackets shape =
                new InnerPackets(false, tcp, packetBytes(flow) - (tcp ? 40 : 28), tcp && send ? Feed.TRAIN : 1);
        aeads = new Aeads(AeadChoice.AUTO);
        carrier = contender.equals("culvert")
                ? new Tunnel(aeads, send, workers, peers, shape)
                : new AeadAlone(aeads, send, workers, shape);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
        while (!vectorsServe() && !aeads.warmedUp().isDone() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        if (!vectorsServe()) {
            LOGGER.warning(aeads.implementation() + " serves, not the vector kernels");
        }
    }

    private boolean vectorsServe() {
        return aeads.implementation().startsWith("vector");
    }

    /** Carries packets. */
    @Benchmark
    @OperationsPerInvocation(TRAINS * Feed.TRAIN)
    public void carry(HandOffs handOffs) {
        long stolen = carrier.stolen();
        long requested = carrier.commitsRequested();
        carrier.carry(TRAINS);
        handOffs.all += TRAINS;
        handOffs.stolen += carrier.stolen() - stolen;
        handOffs.requested += carrier.commitsRequested() - requested;
    }

    /** Ends the device. */
    @TearDown
    public void tearDown() {
        carrier.close();
    }
}
