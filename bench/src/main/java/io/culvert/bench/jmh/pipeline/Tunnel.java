// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.bench.jmh.suite.SeededRandom;
import io.culvert.crypto.Aead;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.noise.Curve25519;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.pipeline.CrossWorkerCounter;
import io.culvert.engine.routing.Prefix;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * A device with its workers, whose sessions with peers come from handshakes with other devices in memory. Afterwards it
 * sends or receives on {@link #carry}. The home of peer {@code p} is worker {@code p}, which also gets its packets.
 */
final class Tunnel implements Carrier {
    private static final int OWN = 0xc6336401;
    private static final int PEERS = 0xc0000201;
    private static final int INNER = InnerPackets.peerAddress(-1);
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(20);

    private final Map<Integer, MemoryHost> hosts = new ConcurrentHashMap<>();
    /** The receiver index of the last data message, by the sender's address. */
    private final Map<Integer, Integer> indices = new ConcurrentHashMap<>();

    private final CompletionLatch latch = new CompletionLatch();
    private final Aeads aeads;
    private final int peers;
    private final MemoryHost host;
    private final Device device;
    private final PublicKey publicKey;
    private final Device[] others;
    private final long[] keys;

    /**
     * Sets up the sessions.
     *
     * @param aeads creates the AEADs of all devices
     * @param send whether to send, not receive
     * @param workers their number
     * @param peers 1 to {@code workers}
     * @param shape of the packets
     */
    Tunnel(Aeads aeads, boolean send, int workers, int peers, InnerPackets shape) throws IOException {
        this.aeads = aeads;
        this.peers = peers;
        others = new Device[peers];
        keys = new long[peers];
        host = new MemoryHost(OWN, workers, this::carryDatagram);
        hosts.put(OWN, host);
        device = start(host, key -> {});
        publicKey = configureIdentity(device, OWN);
        for (int peer = 0; peer < peers; peer++) {
            connect(peer);
        }
        Aead aead = aeads.create();
        for (int peer = 0; peer < peers; peer++) {
            int inner = InnerPackets.peerAddress(peer);
            Feed feed = send
                    ? new Feed.FromTun(shape, INNER, inner)
                    : new Feed.FromNetwork(
                            new Corpus(shape, inner, INNER, indices.get(PEERS + peer), keys[peer], aead), PEERS + peer);
            host.io(peer).cut(feed, latch::done);
        }
        aead.close();
    }

    private Device start(MemoryHost on, LongConsumer sealsWith) {
        return Device.start(on, new DeviceOptions(1, () -> new CorpusAead(aeads, sealsWith), true));
    }

    private static PublicKey configureIdentity(Device one, int seed) throws IOException {
        byte[] key = Curve25519.generatePrivateKey(new SeededRandom(seed));
        PublicKey derived = new PublicKey(Curve25519.publicKey(key));
        try (DeviceUpdate update = new DeviceUpdate(
                new Secret(key), OptionalInt.of(MemoryHost.PORT), OptionalInt.empty(), false, List.of())) {
            one.apply(update);
        }
        return derived;
    }

    private void connect(int peer) throws IOException {
        int address = PEERS + peer;
        MemoryHost other = new MemoryHost(address, 1, this::carryDatagram);
        hosts.put(address, other);
        others[peer] = start(other, key -> keys[peer] = key);
        PublicKey otherKey = configureIdentity(others[peer], address);
        configurePeer(device, otherKey, address, InnerPackets.peerAddress(peer));
        configurePeer(others[peer], publicKey, OWN, INNER);

        host.io(peer).inject(packet(INNER, InnerPackets.peerAddress(peer)));
        await(() -> other.io(0).written() == 1, "a handshake");
        other.io(0).inject(packet(InnerPackets.peerAddress(peer), INNER));
        await(() -> host.io(peer).written() == 1, "an answer");
    }

    private static void configurePeer(Device one, PublicKey peer, int outer, int inner) throws IOException {
        InetSocketAddress endpoint = new InetSocketAddress(
                InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(outer).array()), MemoryHost.PORT);
        List<PeerUpdate.AllowedIp> allowed =
                List.of(new PeerUpdate.AllowedIp(new Prefix(false, 0, Integer.toUnsignedLong(inner), 32), false));
        PeerUpdate update = new PeerUpdate(peer, false, false, null, endpoint, OptionalInt.empty(), false, allowed);
        one.apply(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, List.of(update)));
    }

    private static byte[] packet(int from, int to) {
        InnerPackets one = new InnerPackets(false, false, 64, 1);
        long address = Memory.allocate(one.bytes(), 64);
        one.lay(address, from, to, 0);
        byte[] framed = new byte[one.bytes()];
        Memory.copy(address, framed, 0, framed.length);
        Memory.free(address);
        return framed;
    }

    private void carryDatagram(int from, int to, byte[] datagram) {
        if (datagram[0] == 4) {
            indices.put(
                    from,
                    ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN).getInt(4));
        }
        hosts.get(to).deliver(from, datagram);
    }

    private static void await(BooleanSupplier condition, String what) {
        long end = System.nanoTime() + TIMEOUT;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("timeout: no " + what);
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void carry(int trains) {
        latch.begin(peers);
        for (int peer = 0; peer < peers; peer++) {
            int share = trains / peers + (peer < trains % peers ? 1 : 0);
            host.io(peer).allow((long) share * Feed.TRAIN);
        }
        if (!latch.await()) {
            throw new IllegalStateException("timeout: packets were lost: " + device.drops());
        }
    }

    @Override
    public long stolen() {
        return sum(CrossWorkerCounter.STOLEN);
    }

    @Override
    public long commitsRequested() {
        return sum(CrossWorkerCounter.COMMIT_REQUESTED);
    }

    private long sum(CrossWorkerCounter what) {
        long sum = 0;
        for (int i = 0; i < device.workers().count(); i++) {
            sum += device.workers().get(i).crossWorker().get(what);
        }
        return sum;
    }

    @Override
    public void close() {
        device.close();
        for (Device other : others) {
            other.close();
        }
    }
}
