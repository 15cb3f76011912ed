// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit;

import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerSnapshot;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.io.Clock;
import io.culvert.engine.io.Platform;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** A device on a host of its own. A device without threads runs only when a {@link Simulation} steps it. */
public final class Node implements AutoCloseable {
    /** The UDP port that every node listens on. */
    public static final int PORT = 51_820;

    private static final int INNER_PORT = 7;

    /** Its IPv4 address inside the tunnel, with the port of test packets. */
    public final Address inner4;

    /** Its IPv6 address inside the tunnel. */
    public final Address inner6;

    /** Its IPv4 address in the network. */
    public final Address outer4;

    /** Its IPv6 address in the network. */
    public final Address outer6;

    private final MemoryPlatform platform;
    private final Device device;
    private final PublicKey publicKey;
    /** The workers as a simulation steps them; null if the device has threads. */
    private final SimulatedWorker[] workers;

    /**
     * A node with an interface that is down, on a host whose I/O checks its use.
     *
     * @param number 1 to 254, from which its addresses are made
     * @param workers of its device
     * @param seed of its random source and its private key
     */
    public Node(Clock clock, MemoryNetwork network, int number, int workers, long seed, DeviceOptions options) {
        this(
                new MemoryPlatform(clock, network, "wg" + number, workers, seed, outer4(number), outer6(number)),
                number,
                seed,
                options);
    }

    /** The same on a host that has the addresses {@link #outer4(int)} and {@link #outer6(int)}. */
    public Node(MemoryPlatform platform, int number, long seed, DeviceOptions options) {
        this(platform, platform, number, seed, options);
    }

    /** The same with a device that sees its host through another platform, such as one with faults. */
    public Node(MemoryPlatform platform, Platform seen, int number, long seed, DeviceOptions options) {
        this.platform = platform;
        inner4 = Address.of("10.0.0." + number, INNER_PORT);
        inner6 = Address.of("fd00::" + number, INNER_PORT);
        outer4 = outer4(number);
        outer6 = outer6(number);
        device = Device.start(seen, options);
        workers = new SimulatedWorker[platform.tun().queues()];
        for (int i = 0; i < workers.length && !options.threads(); i++) {
            workers[i] = new SimulatedWorker(device.workers().get(i), platform.io(i), platform.clock());
        }
        byte[] key = new byte[Secret.BYTES];
        new SplittableRandom(seed).nextBytes(key);
        try (DeviceUpdate update =
                new DeviceUpdate(new Secret(key), OptionalInt.of(PORT), OptionalInt.empty(), false, List.of())) {
            StaticIdentity identity = new StaticIdentity(update.privateKey());
            publicKey = identity.publicKey();
            identity.release();
            apply(update);
        }
    }

    /** The IPv4 address of node {@code number} in the network. */
    public static Address outer4(int number) {
        return Address.of("192.0.2." + number, PORT);
    }

    /** Its IPv6 address. */
    public static Address outer6(int number) {
        return Address.of("2001:db8::" + number, PORT);
    }

    /** Its public key. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** The device under test. */
    public Device device() {
        return device;
    }

    /** Its host. */
    public MemoryPlatform platform() {
        return platform;
    }

    /** Its TUN. */
    public MemoryTun tun() {
        return platform.tun();
    }

    /** Makes another node a peer, allowed to use its inner addresses; {@code endpoint} may be null. */
    public void addPeer(Node other, Address endpoint) {
        addPeer(other, endpoint, 0);
    }

    /** The same with a persistent keepalive, in seconds. */
    public void addPeer(Node other, Address endpoint, int keepaliveSeconds) {
        List<PeerUpdate.AllowedIp> allowedIps = new ArrayList<>();
        allowedIps.add(new PeerUpdate.AllowedIp(new Prefix(false, 0, other.inner4.low(), 32), false));
        allowedIps.add(new PeerUpdate.AllowedIp(new Prefix(true, other.inner6.high(), other.inner6.low(), 128), false));
        apply(new PeerUpdate(
                other.publicKey,
                false,
                false,
                null,
                endpoint == null ? null : endpoint.toSocketAddress(),
                OptionalInt.of(keepaliveSeconds),
                false,
                allowedIps));
    }

    /** Changes a peer. */
    public void apply(PeerUpdate update) {
        apply(new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, List.of(update)));
    }

    /** Changes the device. */
    public void apply(DeviceUpdate update) {
        try {
            device.apply(update);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a peer. */
    public void removePeer(Node other) {
        apply(new PeerUpdate(other.publicKey, true, false, null, null, OptionalInt.empty(), false, List.of()));
    }

    /** The state of the only peer. */
    public PeerSnapshot peer() {
        try (DeviceSnapshot snapshot = device.snapshot()) {
            return snapshot.peers().getFirst();
        }
    }

    /** Sends a numbered datagram to a node through the tunnel. */
    public void send(Node to, int number, int bytes) {
        tun().send(packet(to, number, bytes));
    }

    /** A numbered datagram to a node: over IPv6 when the number is odd. */
    public byte[] packet(Node to, int number, int bytes) {
        ByteBuffer payload = ByteBuffer.allocate(bytes).putInt(number);
        while (payload.hasRemaining()) {
            payload.put((byte) (number * 31 + payload.position()));
        }
        return number % 2 == 0
                ? InnerPacket.udp(inner4, to.inner4, payload.array())
                : InnerPacket.udp(inner6, to.inner6, payload.array());
    }

    /** The packets that came out of the tunnel since the last call, super-packets segmented. */
    public List<byte[]> receivedPackets() {
        return tun().received().stream()
                .flatMap(framed -> InnerPacket.split(framed).stream())
                .toList();
    }

    /** The numbers of the datagrams that came out of the tunnel since the last call, with their content verified. */
    public List<Integer> received() {
        return receivedPackets().stream()
                .filter(InnerPacket::isUdp)
                .map(Node::number)
                .toList();
    }

    private static int number(byte[] packet) {
        ByteBuffer payload = ByteBuffer.wrap(InnerPacket.payload(packet));
        int number = payload.getInt();
        while (payload.hasRemaining()) {
            byte expected = (byte) (number * 31 + payload.position());
            if (payload.get() != expected) {
                throw new AssertionError("datagram " + number + " was corrupted in transit");
            }
        }
        return number;
    }

    /**
     * Runs one duty cycle of each worker that does not sleep, from a random one on, the handshakes, and an attempt that
     * is due; returns the work done.
     */
    int step(SplittableRandom random) {
        int work = 0;
        int first = random.nextInt(workers.length);
        for (int i = 0; i < workers.length; i++) {
            work += workers[(first + i) % workers.length].step();
        }
        return work + device.handshakes().doWork() + device.retries().doWork();
    }

    /** When a worker runs next, or an attempt is due; {@link Long#MAX_VALUE} for never. */
    public long earliest() {
        long worker = Arrays.stream(workers)
                .mapToLong(SimulatedWorker::earliest)
                .min()
                .orElseThrow();
        return Math.min(worker, device.retries().earliest());
    }

    /** When a worker reads the input that waits; {@link Long#MAX_VALUE} if none waits. */
    long inputDue() {
        return Arrays.stream(workers)
                .filter(SimulatedWorker::hasInput)
                .mapToLong(SimulatedWorker::earliest)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Takes a worker's CPU away, or gives it back. */
    public void suspend(int worker, boolean suspended) {
        workers[worker].suspend(suspended);
    }

    /** A worker of a device without threads. */
    public SimulatedWorker worker(int number) {
        return workers[number];
    }

    /** The number of duty cycles that a worker has run. */
    public long cycles(int worker) {
        return workers[worker].cycles();
    }

    @Override
    public void close() {
        device.close();
    }
}
