// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.cookie.CookieChecker;
import io.culvert.engine.cookie.RateLimiter;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.IndexEntry;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.Heartbeat;
import io.culvert.engine.pipeline.PipelineContext;
import io.culvert.engine.pipeline.Worker;
import io.culvert.engine.pipeline.Workers;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.IndexTable;
import io.culvert.engine.routing.PeerTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final Platform platform;
    /** Written under the monitor; read without a lock by workers, which see each change whole. */
    private final AllowedIps<Peer> allowedIps = new AllowedIps<>();

    private final IndexTable<IndexEntry<Peer>> indexTable;
    private final IntConsumer indexDropped = this::dropIndex;
    /**
     * Written under the monitor, within {@link HandshakeQueue#exclusively}; read by any thread. The table has a lock.
     */
    private final PeerTable<Peer> peers = new PeerTable<>();
    /** By home. */
    private final StagingArea[] stagingAreas;

    private final Workers workers;
    private final HandshakeQueue handshakes;
    /** {@code null} if the workers receive handshake messages too. */
    private final HandshakeReader handshakeReader;

    private final CookieChecker cookieChecker;
    private final ConfiguredMemory memory;
    private final DeviceEnd end = new DeviceEnd();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final DeviceListeners listeners;
    private final DeviceThreads threads;
    private final DeviceStatistics statistics;

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

    private Device(Platform platform, DeviceOptions options) {
        this.platform = platform;
        listeners = new DeviceListeners(options.listener());
        indexTable = new IndexTable<>(platform.random());
        cookieChecker = new CookieChecker(new RateLimiter(platform.random()), platform.random());
        memory = new ConfiguredMemory(options.memory(), peers, allowedIps, cookieChecker);
        handshakes = new HandshakeQueue(this, options.handshakeThreads());
        workers = new Workers(
                new PipelineContext(platform, options.aeads(), allowedIps, indexTable, handshakes::offer, end),
                platform.tun().queues());
        stagingAreas = new StagingArea[workers.count()];
        Arrays.setAll(stagingAreas, home -> new StagingArea(workers.count()));
        handshakeReader = platform.handshakeIo()
                .map(io -> new HandshakeReader(this, io, handshakes))
                .orElse(null);
        port = new DevicePort(platform.bind(), workers, this::attachHandshakes);
        retries = new RetryThread(this, this::retry);
        LinkedPeers linked = new LinkedPeers(this::forEachPeer);
        link = new DeviceLink(platform.tun(), platform.clock(), port, linked, listeners, retries::at);
        threads = new DeviceThreads(
                end,
                platform.clock(),
                options.watchdogSeconds(),
                workers,
                handshakes,
                handshakeReader,
                retries,
                listeners);
        statistics = new DeviceStatistics(this, allowedIps, port, threads);
    }

    /**
     * Creates a device on a platform's TUN and starts it. It carries packets while the TUN is up. With {@link
     * DeviceOptions#threads} its threads run on return.
     */
    public static Device start(Platform platform, DeviceOptions options) {
        Device device = new Device(platform, options);
        try {
            if (options.threads()) {
                device.threads.start(device.name());
            } else {
                device.workers.initializeAll();
            }
            platform.tun().listen(new LinkListener(device, device.threads.tun()));
        } catch (RuntimeException | Error e) {
            CloseSteps.after(e, device::close);
            throw e;
        }
        return device;
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

    /** Shows whether a change makes progress; under the monitor. */
    Heartbeat control() {
        return threads.control();
    }

    /** Hears of threads that fail. */
    DeviceEnd end() {
        return end;
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
        return memory.budget();
    }

    /** The memory for the staged packets of a home's peers. */
    StagingArea stagingArea(Worker home) {
        return stagingAreas[home.id()];
    }

    /**
     * Runs {@code action} once when the device must be closed: the TUN was removed, or one of the device's threads has
     * met what it cannot handle, and {@link #failure} has it. At once if that has happened already.
     */
    public void onClosed(Runnable action) {
        end.onEnd(action);
    }

    /** What a thread of the device could not handle; empty if there was nothing. */
    public Optional<Throwable> failure() {
        return end.failure();
    }

    /** The packets dropped by all workers, by cause. */
    public Map<DropCause, Long> drops() {
        return workers.drops();
    }

    /** What the device counts. */
    public DeviceStatistics statistics() {
        return statistics;
    }

    /** Who hears what happens to the device. */
    public DeviceListeners listeners() {
        return listeners;
    }

    /** The number of peers. */
    public int peerCount() {
        return peers.size();
    }

    /** The peers now, in the order they were added; the list does not change. */
    public List<Peer> peers() {
        return peers.all();
    }

    /**
     * The configuration and state. Peers are read when they are asked for, a few at a time: a snapshot of a million
     * peers takes neither their memory nor the device's lock for long, and no worker's time.
     */
    public synchronized DeviceSnapshot snapshot() {
        control().begin();
        try {
            Secret privateKey = identity == null ? null : identity.copyPrivateKey();
            PeerSnapshots snapshots = new PeerSnapshots(this, allowedIps, peers.all());
            return new DeviceSnapshot(privateKey, port.number(), port.fwmark(), snapshots, link.status());
        } finally {
            control().asleep();
        }
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
        if (closed.get()) {
            throw new IOException("the device is closed");
        }
        memory.check(update);
        StaticIdentity newIdentity =
                update.privateKey() == null || update.privateKey().isZero()
                        ? null
                        : new StaticIdentity(update.privateKey());
        control().begin();
        try {
            change(update, newIdentity);
        } catch (RuntimeException | Error e) {
            // Nobody knows how far it came.
            end.failed("a change of the configuration", e);
            throw e;
        } finally {
            control().asleep();
        }
    }

    private void change(DeviceUpdate update, StaticIdentity newIdentity) throws IOException {
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
        memory.account();
        // The homes run what was posted in order, so everything before this is done when it returns.
        workers.callAll(worker -> {});
    }

    /**
     * Forgets all session keys and handshakes, as the kernel does before a suspend (wg_pm_notification): the next
     * packet of each peer begins a new handshake. Wakes all workers: timers that became due meanwhile run at once.
     */
    public synchronized void forgetSessions() {
        if (closed.get()) {
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
        if (StaticIdentity.areSame(old, newIdentity)) {
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
            memory.setPresharedKey(peer, update.presharedKey());
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
        postToHome(peer, () -> peer.configuration().apply(update, start));
    }

    private Peer addPeer(PublicKey key) {
        // In turn to each worker, and to each of its receive queues.
        int home = (int) (peersAdded % workers.count());
        Peer peer = new Peer(this, key, workers.get(home), (byte) (peersAdded / workers.count()), listeners);
        peersAdded++;
        handshakes.exclusively(() -> {
            peer.handshake().setIdentity(identity);
            peers.add(key, peer);
        });
        return peer;
    }

    private void removePeer(Peer peer) {
        allowedIps.removeAll(peer);
        memory.removing(peer);
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
        control().turn();
        workers.call(peer.home(), action);
    }

    /** The interface was set up or down, at {@code now} or before. */
    synchronized void setLink(boolean linkUp, long now) {
        if (!closed.get()) {
            link.set(linkUp, now);
        }
    }

    /** The interface was set down and up again. */
    synchronized void restartLink() {
        if (!closed.get()) {
            link.restart();
        }
    }

    private synchronized void retry() {
        if (!closed.get()) {
            link.retry();
        }
    }

    String name() {
        return platform.tun().name();
    }

    /**
     * Ends the sessions and the threads, and closes the port and the TUN. Idempotent. It returns even if a thread is
     * stuck; what that thread may use is not freed then. What fails does not keep the rest from being closed.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        threads.stopWatching();
        CloseSteps steps = new CloseSteps();
        boolean sessionsEnded = threads.endSessions(steps, this::endSessions);
        boolean handshakesEnded = threads.end(steps);
        steps.run(platform.tun()::close);
        if (sessionsEnded && handshakesEnded) {
            steps.run(handshakes::close);
            steps.run(this::closeIdentity);
        }
        steps.finish();
    }

    private synchronized void endSessions() {
        control().begin();
        CloseSteps steps = new CloseSteps();
        steps.run(() -> link.set(false, platform.clock().nanos()));
        steps.run(port::closePreopenedPort);
        steps.run(() -> peers.all().forEach(this::removePeer));
        steps.run(memory::account);
        control().asleep();
        steps.finish();
    }

    private void closeIdentity() {
        cookieChecker.close();
        StaticIdentity last = identity;
        identity = null;
        if (last != null) {
            last.release();
        }
    }
}
