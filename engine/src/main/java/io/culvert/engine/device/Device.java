// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.cookie.CookieChecker;
import io.culvert.engine.cookie.RateLimiter;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.IndexEntry;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.PipelineContext;
import io.culvert.engine.pipeline.Workers;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.IndexTable;
import io.culvert.engine.routing.PeerTable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * A WireGuard device: a TUN, a UDP port, peers, and the workers between them (the kernel's device.c).
 *
 * <p>Public methods may be called from any thread. Those that change the device, and {@link #snapshot}, hold its
 * monitor, which the data path never takes. The data path reads volatile fields and lock-free tables. State that
 * belongs to a peer's home is changed by posting to the home; {@link #apply} waits until the homes have run what was
 * posted.
 */
public final class Device implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Device.class.getName());

    private final Platform platform;
    /** Written under the monitor; read without a lock by workers, which see each change whole. */
    private final AllowedIps<Peer> allowedIps = new AllowedIps<>();

    private final IndexTable<IndexEntry<Peer>> indexTable;
    private final IntConsumer indexDropped = this::dropIndex;
    /**
     * Written under the monitor, within {@link HandshakeQueue#exclusively}; read by any thread. The table has a lock.
     */
    private final PeerTable<Peer> peers = new PeerTable<>();
    /** The memory of the staged packets of all peers. Any worker adds and subtracts. */
    private final AtomicLong stagedBytes = new AtomicLong();

    private final Workers workers;
    private final HandshakeQueue handshakes;
    /** {@code null} if the workers receive handshake messages too. */
    private final HandshakeReader handshakeReader;

    private final CookieChecker cookieChecker;
    private final MemoryBudget memory;
    private final CompletableFuture<Void> closeRequested = new CompletableFuture<>();

    /**
     * Written under the monitor, within {@link HandshakeQueue#exclusively}, and by {@link #close} after the handshake
     * threads ended; read by handshake threads, which hold the read side of that lock.
     */
    private volatile StaticIdentity identity;

    private final RetryThread retries;

    // Written and read under the monitor.
    private final DevicePort port;
    private final DeviceLink link;
    private long peersAdded;
    /** The number of peers that have one. */
    private int presharedKeys;
    /** What the configuration takes of the memory. */
    private long configuredBytes;

    private boolean closed;

    private Device(Platform platform, DeviceOptions options) {
        this.platform = platform;
        memory = options.memory();
        indexTable = new IndexTable<>(platform.random());
        cookieChecker = new CookieChecker(new RateLimiter(platform.random()), platform.random());
        handshakes = new HandshakeQueue(this, options.handshakeThreads());
        workers = new Workers(
                new PipelineContext(
                        platform, options.aeads(), allowedIps, indexTable, handshakes::offer, this::requestClose),
                platform.tun().queues());
        handshakeReader = platform.handshakeIo()
                .map(io -> new HandshakeReader(this, io, handshakes))
                .orElse(null);
        port = new DevicePort(platform.bind(), workers, this::attachHandshakes);
        retries = new RetryThread(this, this::retry);
        link = new DeviceLink(platform.tun(), platform.clock(), port, new LinkedPeers(), retries::at);
    }

    /**
     * Creates a device on a platform's TUN and starts it. It carries packets while the TUN is up. With {@link
     * DeviceOptions#threads} its threads run on return.
     */
    public static Device start(Platform platform, DeviceOptions options) {
        Device device = new Device(platform, options);
        if (options.threads()) {
            device.workers.start(device.name());
            device.handshakes.start(device.name());
            if (device.handshakeReader != null) {
                device.handshakeReader.start();
            }
            device.retries.start();
        } else {
            device.workers.initializeAll();
        }
        platform.tun().listen(device.new TunListener());
        return device;
    }

    private final class TunListener implements Tun.Listener {
        @Override
        public void onLink(boolean linkUp) {
            setLink(linkUp);
        }

        @Override
        public void onMtu(int mtu) {
            LOG.log(Level.DEBUG, "{0} has MTU {1}", name(), mtu);
        }

        @Override
        public void onRemoved() {
            requestClose();
        }
    }

    private final class LinkedPeers implements DeviceLink.Peers {
        @Override
        public void start() {
            forEachPeer(peer -> peer.configuration().start());
        }

        @Override
        public void startSending() {
            forEachPeer(peer -> peer.configuration().startSending());
        }

        @Override
        public void stop() {
            forEachPeer(peer -> peer.configuration().stop());
        }
    }

    /** The TUN, UDP, the clock and the random source. */
    public Platform platform() {
        return platform;
    }

    /** The sessions and handshakes by receiver index. */
    public IndexTable<IndexEntry<Peer>> indexTable() {
        return indexTable;
    }

    /** The workers. */
    public Workers workers() {
        return workers;
    }

    /** The thread that tries again what the system refused. */
    public RetryThread retries() {
        return retries;
    }

    /** What the device wants of the system, and what it has. Any thread; takes no lock. */
    public DeviceStatus status() {
        return link.status();
    }

    /** The queue of the handshake threads. */
    public HandshakeQueue handshakes() {
        return handshakes;
    }

    private void attachHandshakes(UdpPort newPort) {
        if (handshakeReader != null) {
            handshakeReader.attach(newPort);
        }
    }

    /** The TUN was removed or a thread failed: has the owner close the device. Any thread; returns at once. */
    void requestClose() {
        closeRequested.completeAsync(() -> null);
    }

    StaticIdentity identity() {
        return identity;
    }

    CookieChecker cookieChecker() {
        return cookieChecker;
    }

    /** {@link #dropIndex}, one for all peers. */
    IntConsumer indexDropped() {
        return indexDropped;
    }

    /** Removes a receiver index, if it is in use. Any thread. */
    void dropIndex(int index) {
        IndexEntry<Peer> entry = indexTable.lookup(index);
        if (entry != null) {
            indexTable.remove(index, entry);
        }
    }

    Handshake<Peer> handshakeOf(PublicKey key) {
        Peer peer = peers.get(key);
        return peer == null ? null : peer.handshake();
    }

    /** The memory of peers, sessions and requests. */
    public MemoryBudget memory() {
        return memory;
    }

    AtomicLong stagedBytes() {
        return stagedBytes;
    }

    /** Runs {@code action} once when the TUN was removed or a worker failed; at once if that has happened already. */
    public void onClosed(Runnable action) {
        closeRequested.thenRun(action);
    }

    /** The packets dropped by all workers, by cause. */
    public Map<DropCause, Long> drops() {
        Map<DropCause, Long> sums = new EnumMap<>(DropCause.class);
        for (DropCause cause : DropCause.values()) {
            long sum = 0;
            for (int i = 0; i < workers.count(); i++) {
                sum += workers.get(i).drops().get(cause);
            }
            sums.put(cause, sum);
        }
        return sums;
    }

    /** The number of datagrams that a worker's sockets lost because their buffers were full. */
    public synchronized long receiveLosses(int worker) {
        return port.receiveLosses(worker);
    }

    /** What became of received handshake messages. */
    public Map<HandshakeOutcome, Long> handshakeOutcomes() {
        Map<HandshakeOutcome, Long> sums = new EnumMap<>(HandshakeOutcome.class);
        for (HandshakeOutcome outcome : HandshakeOutcome.values()) {
            long read = handshakeReader == null ? 0 : handshakeReader.outcomes().get(outcome);
            sums.put(outcome, read + handshakes.outcomes(outcome));
        }
        return sums;
    }

    /** The number of handshake messages that their sockets lost because the buffers were full. */
    public synchronized long handshakeLosses() {
        return port.handshakeLosses();
    }

    /** The number of peers. */
    public int peerCount() {
        return peers.size();
    }

    /** A copy of the list of peers, in the order they were added. */
    public List<Peer> peers() {
        return peers.all();
    }

    /**
     * The configuration and state. Peers are read when they are asked for, a few at a time: a snapshot of a million
     * peers takes neither their memory nor the device's lock for long, and no worker's time.
     */
    public synchronized DeviceSnapshot snapshot() {
        Secret privateKey = identity == null ? null : identity.copyPrivateKey();
        return new DeviceSnapshot(
                privateKey,
                port.number(),
                port.fwmark(),
                new PeerSnapshots(this, allowedIps, peers.all()),
                link.status());
    }

    /**
     * Applies a change whole, or refuses it and changes nothing. What can be refused comes first: the check against the
     * device's limits, then the port and the mark, which the system may refuse.
     *
     * @throws java.net.BindException when another program has the port
     * @throws IOException when the system refuses the port or the firewall mark, when there would be more than
     *     {@link PeerTable#MAX_PEERS} peers, or when the device is closed
     * @throws InsufficientMemoryException when the peers would not fit the {@link MemoryBudget}
     * @throws IllegalStateException when a secret of the update is closed
     */
    public synchronized void apply(DeviceUpdate update) throws IOException {
        if (closed) {
            throw new IOException("the device is closed");
        }
        new UpdateCheck(peers, allowedIps, presharedKeys, memory).check(update);
        StaticIdentity newIdentity =
                update.privateKey() == null || update.privateKey().isZero()
                        ? null
                        : new StaticIdentity(update.privateKey());
        try {
            link.configure(update.listenPort(), update.fwmark());
        } catch (IOException e) {
            if (newIdentity != null) {
                newIdentity.release();
            }
            throw e;
        }
        if (update.listenPort().isPresent() || update.fwmark().isPresent()) {
            forEachPeer(Peer::clearSource);
        }
        if (update.privateKey() != null) {
            changeIdentity(newIdentity);
        }
        if (update.replacePeers()) {
            peers.all().forEach(this::removePeer);
        }
        for (PeerUpdate peer : update.peers()) {
            apply(peer);
        }
        accountConfiguration();
        // The homes run what was posted in order, so everything before this is done when it returns.
        workers.callAll(worker -> {});
    }

    private void accountConfiguration() {
        long bytes = UpdateCheck.bytes(peers.size(), allowedIps.size(), presharedKeys);
        memory.addConfigured(bytes - configuredBytes);
        configuredBytes = bytes;
        cookieChecker.setPeers(peers.size());
    }

    /**
     * Forgets all session keys and handshakes, as the kernel does before a suspend (wg_pm_notification): the next
     * packet of each peer begins a new handshake. Wakes all workers: timers that became due meanwhile run at once.
     */
    public synchronized void forgetSessions() {
        if (closed) {
            return;
        }
        List<Peer> all = peers.all();
        all.forEach(peer -> peer.handshake().clear());
        workers.callAll(worker -> {
            for (Peer peer : all) {
                if (peer.home() == worker) {
                    peer.forgetSessions();
                }
            }
        });
    }

    private void changeIdentity(StaticIdentity newIdentity) {
        StaticIdentity old = identity;
        if (sameIdentity(old, newIdentity)) {
            if (newIdentity != null) {
                newIdentity.release();
            }
            return;
        }
        if (newIdentity != null) {
            Peer self = peers.get(newIdentity.publicKey());
            if (self != null) {
                removePeer(self);
            }
        }
        handshakes.exclusively(() -> {
            identity = newIdentity;
            cookieChecker.setPublicKey(newIdentity == null ? null : newIdentity.publicKey());
            for (Peer peer : peers.all()) {
                peer.handshake().clear();
                peer.handshake().setIdentity(newIdentity);
            }
        });
        if (old != null) {
            old.release();
        }
        forEachPeer(Peer::identityChanged);
    }

    private static boolean sameIdentity(StaticIdentity a, StaticIdentity b) {
        // Clamped private keys are equal if and only if their public keys are.
        return a == null || b == null ? a == b : a.publicKey().equals(b.publicKey());
    }

    private void apply(PeerUpdate update) {
        Peer peer = peers.get(update.publicKey());
        if (update.remove()) {
            if (peer != null) {
                removePeer(peer);
            }
            return;
        }
        if (peer == null) {
            boolean self = identity != null && identity.publicKey().equals(update.publicKey());
            if (update.updateOnly() || self) {
                return;
            }
            peer = addPeer(update.publicKey());
        }
        if (update.presharedKey() != null) {
            presharedKeys -= peer.handshake().hasPresharedKey() ? 1 : 0;
            peer.handshake().setPresharedKey(update.presharedKey());
            presharedKeys += update.presharedKey().isZero() ? 0 : 1;
        }
        if (update.replaceAllowedIps()) {
            allowedIps.removeAll(peer);
        }
        for (PeerUpdate.AllowedIp change : update.allowedIps()) {
            if (change.remove()) {
                allowedIps.remove(change.prefix(), peer);
            } else {
                allowedIps.insert(change.prefix(), peer);
            }
        }
        configure(peer, update);
    }

    private void configure(Peer peer, PeerUpdate update) {
        boolean start = link.isUp();
        PeerConfiguration configuration = peer.configuration();
        postToHome(peer, () -> {
            if (update.endpoint() != null) {
                configuration.setEndpoint(update.endpoint());
            }
            if (start) {
                configuration.start();
                configuration.startSending();
            }
            update.keepaliveSeconds().ifPresent(configuration::setKeepalive);
        });
    }

    private Peer addPeer(PublicKey key) {
        // In turn to each worker, and to each of its receive queues.
        int home = (int) (peersAdded % workers.count());
        Peer peer = new Peer(this, key, workers.get(home), (byte) (peersAdded / workers.count()));
        peersAdded++;
        handshakes.exclusively(() -> {
            peer.handshake().setIdentity(identity);
            peers.add(key, peer);
        });
        return peer;
    }

    private void removePeer(Peer peer) {
        allowedIps.removeAll(peer);
        presharedKeys -= peer.handshake().hasPresharedKey() ? 1 : 0;
        handshakes.exclusively(() -> peers.remove(peer.publicKey()));
        postToHome(peer, peer::remove);
    }

    private void forEachPeer(Consumer<Peer> action) {
        for (Peer peer : peers.all()) {
            postToHome(peer, () -> action.accept(peer));
        }
    }

    /** Runs {@code action} on the thread of a peer's home, in the order of these calls. */
    private void postToHome(Peer peer, Runnable action) {
        workers.call(peer.home(), action);
    }

    private synchronized void setLink(boolean linkUp) {
        if (!closed) {
            link.set(linkUp);
        }
    }

    private synchronized void retry() {
        if (!closed) {
            link.retry();
        }
    }

    String name() {
        return platform.tun().name();
    }

    /** Ends the sessions and the threads, and closes the port and the TUN. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            link.set(false);
            port.closePreopenedPort();
            peers.all().forEach(this::removePeer);
            accountConfiguration();
        }
        retries.stop();
        if (handshakeReader != null) {
            handshakeReader.stop();
        }
        handshakes.stop();
        handshakes.drain();
        workers.close();
        platform.tun().close();
        handshakes.close();
        cookieChecker.close();
        StaticIdentity last = identity;
        identity = null;
        if (last != null) {
            last.release();
        }
    }
}
