// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.crypto.Aead;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.pipeline.CrossWorkerCounter;
import io.culvert.engine.pipeline.Workers;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.MemoryNetwork;
import io.culvert.engine.testkit.MemoryPlatform;
import io.culvert.engine.testkit.NetworkTransport;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.ScaledClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * A device with its workers, whose sessions with its peers are set up by real handshakes with real devices; then it
 * sends or receives the packets that {@link #carry} requests. Peer {@code p} has its home on worker {@code p}, which
 * also gets its packets. With one peer all workers read packets to send, as a TUN divides many flows among its queues;
 * what the peer sent arrives at its home, as the receiver index steers it.
 */
final class Tunnel implements Carrier {
    static final int MTU = 1420;

    /**
     * No timer of the protocol expires within a quarter of an hour, and the averages of datagram pacing settle within
     * seconds.
     */
    private static final int SLOWDOWN = 100;

    private static final int DATA = 4;
    private static final int PAYLOAD = 36;
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final ScaledClock clock = ScaledClock.slowedBy(SLOWDOWN);
    private final MemoryNetwork network = new MemoryNetwork(clock, 1);
    private final CompletionLatch round = new CompletionLatch();
    private final FeedProgress progress;
    /** The number of workers that get packets. */
    private final int feeds;

    private final Aeads aeads;
    private final Node node;
    private final Node[] others;
    /** The address of the key with which each peer sealed last. */
    private final long[] keys;

    /**
     * Sets up the sessions.
     *
     * @param aeads creates the AEADs of all devices
     * @param send whether the device sends, else receives
     * @param workers of the device
     * @param peers 1 to {@code workers}
     * @param shape of the packets
     */
    Tunnel(Aeads aeads, boolean send, int workers, int peers, InnerPackets shape) {
        this.aeads = aeads;
        others = new Node[peers];
        keys = new long[peers];
        feeds = send ? workers : peers;
        progress = new FeedProgress(workers, this::signalInput);
        node = start(1, workers, key -> {});
        int[] indices = new int[peers];
        for (int peer = 0; peer < peers; peer++) {
            indices[peer] = connect(peer);
        }
        try (Aead aead = aeads.create()) {
            for (int worker = 0; worker < workers; worker++) {
                transport(worker).measure(feed(send, worker % peers, indices, shape, aead), round::done);
            }
        }
    }

    private Feed feed(boolean send, int peer, int[] indices, InnerPackets shape, Aead aead) {
        int own = (int) node.inner4.low();
        int inner = (int) others[peer].inner4.low();
        return send
                ? new Feed.FromTun(shape, own, inner)
                : new Feed.FromNetwork(
                        new Corpus(shape, inner, own, indices[peer], keys[peer], aead), others[peer].outer4);
    }

    private void signalInput(int worker) {
        node.platform().io(worker).signalInput();
    }

    private Node start(int number, int workers, LongConsumer sealsWith) {
        MemoryPlatform host = MemoryPlatform.unchecked(
                clock,
                network,
                "memory" + number,
                workers,
                number,
                (platform, worker) -> new FeedTransport(new NetworkTransport(platform, worker), worker, progress),
                Node.outer4(number));
        Node started =
                new Node(host, number, number, new DeviceOptions(1, () -> new CorpusAead(aeads, sealsWith), true));
        started.tun().setLink(true);
        return started;
    }

    private FeedTransport transport(int worker) {
        return (FeedTransport) node.platform().io(worker).transport();
    }

    /** Connects peer {@code peer}; returns the receiver index under which it sends. */
    private int connect(int peer) {
        Node other = start(2 + peer, 1, key -> keys[peer] = key);
        others[peer] = other;
        node.addPeer(other, other.outer4);
        other.addPeer(node, node.outer4);
        // Over IPv4, as its number is even.
        node.tun().send(node.packet(other, 0, PAYLOAD), peer);
        await(() -> !other.received().isEmpty(), "handshake");
        other.send(node, 0, PAYLOAD);
        await(() -> !node.received().isEmpty(), "answer");
        return receiverIndex(network.sent(), other.outer4);
    }

    private static int receiverIndex(List<Datagram> sent, Address from) {
        Datagram last = sent.stream()
                .filter(datagram -> datagram.type() == DATA && datagram.from().equals(from))
                .reduce((first, second) -> second)
                .orElseThrow();
        return ByteBuffer.wrap(last.payload()).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    }

    private static void await(BooleanSupplier condition, String event) {
        long end = System.nanoTime() + TIMEOUT_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("no " + event + " within 20 s");
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void carry(int trains) {
        round.begin(1);
        progress.begin((long) trains * Feed.TRAIN);
        for (int worker = 0; worker < feeds; worker++) {
            int share = trains / feeds + (worker < trains % feeds ? 1 : 0);
            transport(worker).allow((long) share * Feed.TRAIN);
            signalInput(worker);
        }
        if (!round.await()) {
            throw new IllegalStateException(
                    "packets were lost, or took too long: " + node.device().drops());
        }
    }

    @Override
    public long stolen() {
        return sum(CrossWorkerCounter.STOLEN);
    }

    @Override
    public long committedAway() {
        return sum(CrossWorkerCounter.COMMITTED);
    }

    private long sum(CrossWorkerCounter counter) {
        Workers workers = node.device().workers();
        long sum = 0;
        for (int i = 0; i < workers.count(); i++) {
            sum += workers.get(i).crossWorker().get(counter);
        }
        return sum;
    }

    @Override
    public void close() {
        node.close();
        for (Node other : others) {
            other.close();
        }
    }
}
