// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.io.Clock;
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

/** A device on a host of its own; without threads, it takes steps only when a simulation lets it. */
public final class Node implements AutoCloseable {
    /** The UDP port that every node listens on. */
    public static final int PORT = 51_820;

    /** Its address inside the tunnel; port 7 is where test packets go. */
    public final Address inner4;

    /** The same for IPv6. */
    public final Address inner6;
    /** Its addresses outside. */
    public final Address outer4;

    /** The same for IPv6. */
    public final Address outer6;

    private final MemoryPlatform platform;
    private final Device device;
    private final PublicKey publicKey;
    /** The workers as a simulation runs them; null each when the device has threads. */
    private final SimulatedWorker[] workers;

    Node(Clock clock, MemoryNetwork network, int number, int workers, long seed, DeviceOptions options) {
        inner4 = Address.of("10.0.0." + number, 7);
        inner6 = Address.of("fd00::" + number, 7);
        outer4 = Address.of("192.0.2." + number, PORT);
        outer6 = Address.of("2001:db8::" + number, PORT);
        platform = new MemoryPlatform(clock, network, "wg" + number, workers, seed, outer4, outer6);
        device = Device.start(platform, options);
        this.workers = new SimulatedWorker[workers];
        if (!options.threads()) {
            for (int i = 0; i < workers; i++) {
                this.workers[i] = new SimulatedWorker(
                        device.workers().get(i), platform.ios().get(i), clock);
            }
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

    /** Its key. */
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

    /** Makes another node a peer, which may use its own inner addresses; the endpoint may be {@code null}. */
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

    /** What a dump tells about the only peer. */
    public DeviceSnapshot.PeerSnapshot peer() {
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

    /** The packets that came out of the tunnel since the last call. */
    public List<byte[]> receivedPackets() {
        return tun().received().stream()
                .flatMap(framed -> InnerPacket.split(framed).stream())
                .toList();
    }

    /** The numbers of the datagrams that came out of the tunnel since the last call; their content is checked. */
    public List<Integer> received() {
        return receivedPackets().stream().map(Node::number).toList();
    }

    private static int number(byte[] packet) {
        ByteBuffer payload = ByteBuffer.wrap(InnerPacket.payload(packet));
        int number = payload.getInt();
        while (payload.hasRemaining()) {
            byte expected = (byte) (number * 31 + payload.position());
            if (payload.get() != expected) {
                throw new AssertionError("datagram " + number + " was changed on its way");
            }
        }
        return number;
    }

    /**
     * One step: workers that do not sleep, in the order that {@code random} gives, and handshakes; returns the work
     * done.
     */
    int step(SplittableRandom random) {
        int work = 0;
        int first = random.nextInt(workers.length);
        for (int i = 0; i < workers.length; i++) {
            work += workers[(first + i) % workers.length].step();
        }
        return work + device.handshakes().doWork();
    }

    /** When the next thing happens by itself; {@link Long#MAX_VALUE} for never. */
    public long earliest() {
        return Arrays.stream(workers).mapToLong(SimulatedWorker::earliest).min().orElseThrow();
    }

    /** When input that waits now is taken; {@link Long#MAX_VALUE} when none waits. */
    long inputDue() {
        return Arrays.stream(workers)
                .filter(SimulatedWorker::hasInput)
                .mapToLong(SimulatedWorker::earliest)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** How many duty cycles a worker has run. */
    long cycles(int worker) {
        return workers[worker].cycles();
    }

    @Override
    public void close() {
        device.close();
    }
}
