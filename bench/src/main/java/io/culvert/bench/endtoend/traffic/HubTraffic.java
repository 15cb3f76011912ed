// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.crypto.Aead;
import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.engine.noise.PublicKey;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Traffic of many peers with one hub. Each honest peer, and one whose path is slow, exchanges packets with the hub's
 * host as its {@link Window} permits. One peer floods: it sends at a fixed rate to a socket that nobody reads. Traffic
 * to one peer goes on after that peer has gone. A quiet peer measures round trips.
 *
 * <p>The peers are {@link Spoke}s in this JVM, the same for every hub that is measured. Threads: one for the peers with
 * windows, one each for the flood, the quiet peer, the hub's host as the two see it, and the traffic to the peer that
 * is gone.
 */
public final class HubTraffic implements AutoCloseable {
    /** Packets inside the tunnel, of those that are no pings. */
    public static final int PACKET = 1228;

    private static final int QUIET_PACKET = 92;
    private static final int UDP_AND_IPV4 = 28;
    private static final int ECHO_PORT = 7001;
    private static final int DISCARD_PORT = 7002;
    private static final int QUIET_PORT = 7003;
    private static final int SOURCE_PORT = 7004;
    private static final int SPOKE_PORT = 7000;
    private static final double FLOOD_RATE = 20_000;
    private static final double GONE_RATE = 2_000;
    private static final long QUIET_NANOS = 10_000_000;
    private static final int POLL_MILLIS = 20;
    private static final int TICK_MILLIS = 1;
    private static final long SLEEP_NANOS = 50_000;
    /** One for the JVM, so that its warm-up runs once. */
    private static final Aeads AEADS = new Aeads(AeadChoice.AUTO);

    private final Peers peers;
    private final List<Spoke> windowed = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final RoundTripLog quietTimes = new RoundTripLog(1 << 20);
    /** The quiet peer's thread alone writes both; its end publishes. */
    private long quietSent;

    private Spoke flooder;
    private Spoke quiet;
    /** Set when the measured time begins; the quiet peer's thread reads. */
    private volatile boolean measuring;
    /** Set at the end; all threads read. */
    private volatile boolean done;

    /**
     * Who takes part.
     *
     * @param namespace of the peers
     * @param hubNamespace of the hub, whose host is the hub itself
     * @param hubKey the hub's public key
     * @param hub its address outside
     * @param host its address inside
     * @param honest peers with windows
     * @param slow one with a slow path
     * @param gone one that goes after its handshake
     * @param flooder one that floods
     * @param quiet one that measures round trips
     */
    public record Peers(
            NetworkNamespace namespace,
            NetworkNamespace hubNamespace,
            PublicKey hubKey,
            InetSocketAddress hub,
            String host,
            List<Peer> honest,
            Peer slow,
            Peer gone,
            Peer flooder,
            Peer quiet) {}

    /**
     * What the peers got.
     *
     * @param honest Mbit/s of packets answered, of each honest peer
     * @param slow the same of the peer with the slow path
     * @param roundTrips of the quiet peer, in microseconds
     * @param lostPercent of the quiet peer's packets
     */
    public record Result(double[] honest, double slow, double[] roundTrips, double lostPercent) {}

    /** Does all handshakes; then {@link #start} begins the traffic. */
    public HubTraffic(Peers peers) throws IOException, InterruptedException {
        this.peers = peers;
        try {
            int index = 1;
            for (Peer peer : peers.honest) {
                windowed.add(open(peer, PACKET, ECHO_PORT, index++));
            }
            windowed.add(open(peers.slow, PACKET, ECHO_PORT, index++));
            flooder = open(peers.flooder, PACKET, DISCARD_PORT, index++);
            quiet = open(peers.quiet, QUIET_PACKET, QUIET_PORT, index++);
            // The first data packet confirms the key, so that the hub may send to a peer that is gone then.
            Spoke gone = open(peers.gone, PACKET, DISCARD_PORT, index);
            try (Batch batch = new Batch();
                    Aead aead = AEADS.create()) {
                gone.send(batch, aead, 0, 1, System.nanoTime());
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Spoke open(Peer peer, int packet, int hostPort, int index) throws IOException, InterruptedException {
        Spoke spoke = new Spoke(
                peers.namespace,
                new Spoke.Identity(peer.privateKey(), peer.outside(), SPOKE_PORT + index, peer.inside(), packet),
                peers.hubKey,
                peers.hub,
                new InetSocketAddress(peers.host, hostPort),
                index);
        opened.add(spoke);
        return spoke;
    }

    /** A step of a thread, repeated until the end. */
    private interface Step {
        void run(Batch batch, Aead aead);
    }

    private void repeat(Step step) {
        running.add(threads.submit(() -> {
            try (Batch batch = new Batch();
                    Aead aead = AEADS.create()) {
                while (!done) {
                    step.run(batch, aead);
                }
            }
        }));
    }

    /** Begins the traffic. */
    public void start() throws IOException, InterruptedException {
        UdpSockets echo = socket(ECHO_PORT);
        UdpSockets quietEcho = socket(QUIET_PORT);
        socket(DISCARD_PORT);
        UdpSockets source = socket(SOURCE_PORT);
        repeat(exchange());
        repeat((batch, aead) -> echo(echo, batch));
        repeat((batch, aead) -> echo(quietEcho, batch));
        repeat(pings());
        long floodBegin = System.nanoTime();
        long[] sent = {0, 0};
        repeat((batch, aead) -> {
            int due = due(FLOOD_RATE, floodBegin, sent[0]);
            if (due > 0) {
                flooder.send(batch, aead, sent[0], due, System.nanoTime());
                sent[0] += due;
            }
        });
        Endpoint gone = new Endpoint(new InetSocketAddress(peers.gone.inside(), SPOKE_PORT));
        opened.add(gone);
        repeat((batch, aead) -> {
            int due = due(GONE_RATE, floodBegin, sent[1]);
            for (int i = 0; i < due; i++) {
                batch.setLength(i, PACKET - UDP_AND_IPV4);
                batch.setDestination(i, gone);
            }
            batch.send(source.file(0), due);
            sent[1] += due;
        });
    }

    private UdpSockets socket(int port) throws IOException, InterruptedException {
        UdpSockets sockets = UdpSockets.open(peers.hubNamespace, peers.host, port, 1);
        opened.add(sockets);
        return sockets;
    }

    /** The packets that are due at a rate, at most a batch; sleeps if there are none. */
    private static int due(double rate, long begin, long sent) {
        long due = (long) ((System.nanoTime() - begin) * rate / 1e9) - sent;
        if (due <= 0) {
            LockSupport.parkNanos(SLEEP_NANOS);
        }
        return Math.clamp(due, 0, Batch.CAPACITY);
    }

    private static void echo(UdpSockets sockets, Batch batch) {
        int count = sockets.await(POLL_MILLIS) ? batch.receive(sockets.file(0)) : 0;
        for (int i = 0; i < count; i++) {
            batch.setLength(i, batch.received(i));
        }
        batch.send(sockets.file(0), count);
    }

    private Step pings() {
        long[] next = {System.nanoTime(), 0};
        return (batch, aead) -> {
            long now = System.nanoTime();
            if (now >= next[0]) {
                if (measuring) {
                    quietSent++;
                }
                quiet.send(batch, aead, next[1]++, 1, now);
                next[0] = Math.max(next[0] + QUIET_NANOS, now);
            }
            if (quiet.await((int) Math.max(0, (next[0] - System.nanoTime()) / 1_000_000))) {
                quiet.receive(batch, aead, measuring ? quietTimes : null);
            }
        };
    }

    private Step exchange() {
        int count = windowed.size();
        long polled = Memory.allocate(count * pollfd.sizeof(), Long.BYTES);
        opened.add(() -> Memory.free(polled));
        for (int i = 0; i < count; i++) {
            pollfd.fd(polled + i * pollfd.sizeof(), windowed.get(i).file());
            pollfd.events(polled + i * pollfd.sizeof(), (short) linux_h.POLLIN);
        }
        CallState state = new CallState();
        return (batch, aead) -> {
            Linux.poll(state, polled, count, TICK_MILLIS);
            long now = System.nanoTime();
            for (int i = 0; i < count; i++) {
                Spoke spoke = windowed.get(i);
                if (pollfd.revents(polled + i * pollfd.sizeof()) != 0) {
                    spoke.receive(batch, aead, null);
                }
                spoke.sendWindow(batch, aead, now);
            }
        };
    }

    /** Measures for {@code seconds}, and ends the traffic. */
    public Result measure(int seconds) throws IOException, InterruptedException {
        long[] before = answers();
        long begin = System.nanoTime();
        measuring = true;
        Thread.sleep(seconds * 1000L);
        double took = (System.nanoTime() - begin) / 1e9;
        long[] after = answers();
        end();
        double[] all = new double[before.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (after[i] - before[i]) * PACKET * 8.0 / took / 1e6;
        }
        double[] honest = new double[all.length - 1];
        System.arraycopy(all, 0, honest, 0, honest.length);
        double[] times = quietTimes.micros();
        double lost = quietSent == 0 ? 0 : 100.0 * Math.max(0, quietSent - times.length) / quietSent;
        return new Result(honest, all[all.length - 1], times, lost);
    }

    private long[] answers() {
        return windowed.stream().mapToLong(Spoke::answers).toArray();
    }

    private void end() throws IOException, InterruptedException {
        done = true;
        try {
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("the peers' traffic failed: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        done = true;
        threads.shutdown();
        boolean interrupted = Thread.interrupted();
        try {
            threads.awaitTermination(POLL_MILLIS * 50L, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        for (AutoCloseable one : opened) {
            try {
                one.close();
            } catch (Exception e) {
                System.err.println("culvert bench: " + e.getMessage());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
