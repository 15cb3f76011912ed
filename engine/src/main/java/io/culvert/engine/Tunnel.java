// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.engine.device.Device;
import io.culvert.engine.device.DeviceOptions;
import io.culvert.engine.device.DeviceSnapshot;
import io.culvert.engine.device.DeviceStatus;
import io.culvert.engine.device.DeviceUpdate;
import io.culvert.engine.device.MemoryBudget;
import io.culvert.engine.device.PeerSnapshot;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.pipeline.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A WireGuard tunnel that runs, until {@link #close}. Thread-safe.
 *
 * <pre>{@code
 * try (PrivateKey key = PrivateKey.read(Path.of("key"));
 *         Tunnel tunnel = Tunnel.builder()
 *                 .privateKey(key)
 *                 .peer(Peer.builder(server).endpoint(address).allowedIps("10.0.0.0/24").build())
 *                 .packets(stack)
 *                 .start()) {
 *     stack.run();
 * }
 * }</pre>
 */
public final class Tunnel implements AutoCloseable {
    private static final int MAX_WORKERS = 256;
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Device device;
    private final EventThread events;

    /** The ciphers of the process: kernels are compiled once. */
    private static final class Ciphers {
        static final Aeads AEADS = new Aeads(AeadChoice.AUTO);
    }

    private Tunnel(Device device, EventThread events) {
        this.device = device;
        this.events = events;
    }

    /**
     * Begins a tunnel.
     *
     * @return the settings, to be completed
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Adds a peer, or gives all these settings to one that is known, whose session goes on. An endpoint that is not
     * set stays as it is. On return the settings are in effect.
     *
     * @param peer its settings
     * @throws IOException if the peer does not fit the memory, or the tunnel is closed
     */
    public void putPeer(Peer peer) throws IOException {
        apply(peer.update());
    }

    /**
     * Removes a peer and its session. Without effect if there is none.
     *
     * @param peer its key
     * @throws IOException if the tunnel is closed
     */
    public void removePeer(PublicKey peer) throws IOException {
        apply(new PeerUpdate(peer.key(), true, false, null, null, OptionalInt.empty(), false, List.of()));
    }

    private void apply(PeerUpdate peer) throws IOException {
        try (DeviceUpdate update =
                new DeviceUpdate(null, OptionalInt.empty(), OptionalInt.empty(), false, List.of(peer))) {
            device.apply(update);
        }
    }

    /**
     * The state of all peers, in the order they were added.
     *
     * @return one for each peer
     */
    public List<PeerStatistics> peers() {
        List<PeerStatistics> peers = new ArrayList<>();
        try (DeviceSnapshot snapshot = device.snapshot()) {
            for (PeerSnapshot peer : snapshot.peers()) {
                peers.add(new PeerStatistics(
                        new PublicKey(peer.publicKey()),
                        Optional.ofNullable(peer.endpoint().toSocketAddress()),
                        peer.handshakeSeconds() == 0
                                ? Optional.empty()
                                : Optional.of(Instant.ofEpochSecond(peer.handshakeSeconds(), peer.handshakeNanos())),
                        peer.receivedBytes(),
                        peer.sentBytes(),
                        Duration.ofSeconds(peer.keepaliveSeconds()),
                        peer.allowedIps().stream().map(Cidr::of).toList()));
            }
        }
        return peers;
    }

    /**
     * The state of the tunnel.
     *
     * @return the counters and the state
     */
    public TunnelStatistics statistics() {
        DeviceStatus status = device.status();
        TreeMap<String, Long> drops = new TreeMap<>();
        device.drops().forEach((cause, count) -> drops.put(cause.name().toLowerCase(Locale.ROOT), count));
        return new TunnelStatistics(
                status.openPort(),
                status.unreadyReason(),
                Ciphers.AEADS.implementation(),
                sum(Traffic.SENT_PACKETS),
                sum(Traffic.SENT_BYTES),
                sum(Traffic.RECEIVED_PACKETS),
                sum(Traffic.RECEIVED_BYTES),
                sum(Traffic.HANDSHAKES),
                drops);
    }

    private long sum(Traffic counter) {
        long sum = 0;
        for (int i = 0; i < device.workers().count(); i++) {
            sum += device.workers().get(i).traffic().get(counter);
        }
        return sum;
    }

    /** Ends the sessions and the threads, and closes packets and datagrams. Idempotent. */
    @Override
    public void close() {
        device.close();
        events.end(() -> {});
    }

    /** What a tunnel is to be. Not thread-safe. */
    public static final class Builder {
        private PrivateKey privateKey;
        private int listenPort;
        private int fwmark;
        private final List<Peer> peers = new ArrayList<>();
        private String interfaceName;
        private PacketDevice packets;
        private DatagramTransport datagrams;
        private int workers;
        private TunnelListener listener = new TunnelListener() {};

        private Builder() {}

        /**
         * The tunnel's own key, which the caller closes; the tunnel has a copy from {@link #start} on. Required.
         *
         * @param key the key
         * @return this
         */
        public Builder privateKey(PrivateKey key) {
            privateKey = key;
            return this;
        }

        /**
         * The UDP port, 1 to 65,535, or 0, the default, for any free one.
         *
         * @param port the port
         * @return this
         */
        public Builder listenPort(int port) {
            listenPort = port;
            return this;
        }

        /**
         * The firewall mark (SO_MARK) of sent datagrams, 0, the default, for none. Needs CAP_NET_ADMIN.
         *
         * @param mark the mark
         * @return this
         */
        public Builder fwmark(int mark) {
            fwmark = mark;
            return this;
        }

        /**
         * Adds a peer; {@link Tunnel#putPeer} does so later.
         *
         * @param peer its settings
         * @return this
         */
        public Builder peer(Peer peer) {
            peers.add(Objects.requireNonNull(peer, "peer"));
            return this;
        }

        /**
         * Carries the packets of an interface that the tunnel makes, and removes at its end. It is down and has no
         * address until the program, or {@code ip}, sees to that. Needs CAP_NET_ADMIN.
         *
         * @param name at most 15 bytes
         * @return this
         */
        public Builder interfaceName(String name) {
            interfaceName = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Carries the packets of a device of the program instead.
         *
         * @param device where packets come from and go to
         * @return this
         */
        public Builder packets(PacketDevice device) {
            packets = Objects.requireNonNull(device, "device");
            return this;
        }

        /**
         * Sends and receives datagrams by a transport of the program, and not by UDP sockets.
         *
         * @param transport what carries datagrams
         * @return this
         */
        public Builder datagrams(DatagramTransport transport) {
            datagrams = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /**
         * The threads that carry packets, 1 to 256. By default one for each core; one if packets or datagrams are the
         * program's, as a single worker reads these.
         *
         * @param count the number of threads
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder workers(int count) {
            if (count < 1 || count > MAX_WORKERS) {
                throw new IllegalArgumentException(count + " workers are not from 1 to 256");
            }
            workers = count;
            return this;
        }

        /**
         * Hears of handshakes, roaming, expiry and errors.
         *
         * @param newListener the listener
         * @return this
         */
        public Builder listener(TunnelListener newListener) {
            listener = Objects.requireNonNull(newListener, "newListener");
            return this;
        }

        /**
         * Starts the tunnel, which carries packets on return, or as soon as its interface is up.
         *
         * @return the running tunnel
         * @throws IOException if the system refuses the interface, the port or the mark; nothing is left behind then
         * @throws IllegalStateException if the private key is missing, the packets have no source or two, or the JVM
         *     denies native access
         * @throws UnsupportedOperationException on another system than Linux on x86-64
         */
        public Tunnel start() throws IOException {
            Requirements.check();
            if (privateKey == null) {
                throw new IllegalStateException("a tunnel needs a private key");
            }
            if ((packets == null) == (interfaceName == null)) {
                throw new IllegalStateException("a tunnel needs either packets or an interface name");
            }
            if (fwmark != 0 && datagrams != null) {
                throw new IllegalStateException("a transport of the program has no firewall mark");
            }
            String name = packets == null ? interfaceName : "tunnel" + NUMBERS.incrementAndGet();
            EmbeddedPlatform platform = EmbeddedPlatform.open(name, workers(), packets, datagrams);
            EventThread events = new EventThread(name, listener);
            Device device = null;
            try {
                device = Device.start(platform, options(events));
                configure(device);
                platform.up();
                return started(device, events);
            } catch (IOException | RuntimeException | Error e) {
                if (device == null) {
                    platform.tun().close();
                } else {
                    device.close();
                }
                events.end(() -> {});
                throw e;
            }
        }

        private int workers() {
            if (workers > 0) {
                return workers;
            }
            return packets == null && datagrams == null ? Runtime.getRuntime().availableProcessors() : 1;
        }

        private static DeviceOptions options(EventThread events) {
            DeviceOptions defaults = DeviceOptions.defaults(Ciphers.AEADS);
            return new DeviceOptions(
                    defaults.handshakeThreads(),
                    defaults.aeads(),
                    true,
                    MemoryBudget.ofHeap(),
                    DeviceOptions.WATCHDOG_SECONDS,
                    events);
        }

        private void configure(Device device) throws IOException {
            try (DeviceUpdate update = new DeviceUpdate(
                    privateKey.secret().copy(),
                    OptionalInt.of(listenPort),
                    OptionalInt.of(fwmark),
                    true,
                    peers.stream().map(Peer::update).toList())) {
                device.apply(update);
            }
        }

        private static Tunnel started(Device device, EventThread events) {
            Tunnel tunnel = new Tunnel(device, events);
            device.onClosed(() -> {
                Optional<Throwable> failure = device.failure();
                events.end(() -> {
                    tunnel.close();
                    failure.ifPresentOrElse(events.listener()::failed, events.listener()::interfaceRemoved);
                });
            });
            return tunnel;
        }
    }
}
