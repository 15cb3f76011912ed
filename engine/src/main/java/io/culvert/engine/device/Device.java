package io.culvert.engine.device;

import io.culvert.engine.cookie.CookieChecker;
import io.culvert.engine.cookie.RateLimiter;
import io.culvert.engine.io.Platform;
import io.culvert.engine.io.Tun;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.PipelineContext;
import io.culvert.engine.pipeline.Workers;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.engine.routing.IndexTable;
import io.culvert.engine.routing.PeerTable;
import io.culvert.engine.routing.Prefix;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A WireGuard device: a TUN, a UDP port, peers, and the workers between them (the kernel's device.c).
 *
 * <p>Its public methods may be called from any thread; those that change anything take turns on the device's lock, which
 * the data path never takes. What the data path reads is published through volatile fields and lock-free tables; what
 * belongs to a peer's home is changed by posting to it, and {@link #apply} and {@link #snapshot} wait until that is done.
 */
public final class Device implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Device.class.getName());

    private final Platform platform;
    private final DeviceOptions options;
    private final AllowedIps<Peer> allowedIps = new AllowedIps<>();
    private final IndexTable indexTable;
    private final PeerTable<Peer> peers = new PeerTable<>();
    private final AtomicLong stagedBytes = new AtomicLong();
    private final Workers workers;
    private final HandshakeQueue handshakes;
    private final CookieChecker cookieChecker;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    /** Written under the lock while no handshake is processed; read by handshake threads. */
    private volatile StaticIdentity identity;

    /** By worker: what the sockets of former ports lost. */
    private final long[] formerLosses;

    private UdpPort port;
    private int listenPort;
    private int mark;
    private int nextHome;
    private boolean up;
    private boolean wasUp;
    /** What {@link #up()} will use; null, but while configured and never up. */
    private UdpPort early;

    private boolean closed;

    private Device(Platform platform, DeviceOptions options) {
        this.platform = platform;
        this.options = options;
        indexTable = new IndexTable(platform.random());
        cookieChecker = new CookieChecker(new RateLimiter(platform.random()), platform.random());
        handshakes = new HandshakeQueue(this, options.handshakeThreads());
        workers = new Workers(
                new PipelineContext(
                        platform, options.aeads(), allowedIps, indexTable, handshakes::offer, this::tunRemoved),
                platform.tun().queues());
        formerLosses = new long[workers.count()];
    }

    /**
     * Makes a device on a platform's TUN and lets it run; it takes packets once the TUN is up. With threads, they are
     * running on return.
     */
    public static Device start(Platform platform, DeviceOptions options) {
        Device device = new Device(platform, options);
        if (options.threads()) {
            device.workers.start(device.name());
            device.handshakes.start(device.name());
        } else {
            device.workers.initializeAll();
        }
        platform.tun().listen(device.new TunListener());
        return device;
    }

    private final class TunListener implements Tun.Listener {
        @Override
        public void onLink(boolean linkUp) {
            if (linkUp) {
                up();
            } else {
                down();
            }
        }

        @Override
        public void onMtu(int mtu) {
            LOG.log(Level.DEBUG, "{0} has MTU {1}", name(), mtu);
        }

        @Override
        public void onRemoved() {
            tunRemoved();
        }
    }

    // What the pipeline asks for.

    /** The world it runs in. */
    public Platform platform() {
        return platform;
    }

    /** How it works. */
    public DeviceOptions options() {
        return options;
    }

    /** Whose message it is, by receiver index. */
    public IndexTable indexTable() {
        return indexTable;
    }

    /** Its workers. */
    public Workers workers() {
        return workers;
    }

    /** Its handshakes. */
    public HandshakeQueue handshakes() {
        return handshakes;
    }

    /** The TUN is gone, and with it the device's purpose; returns at once. */
    public void tunRemoved() {
        gone.completeAsync(() -> null);
    }

    StaticIdentity identity() {
        return identity;
    }

    CookieChecker cookieChecker() {
        return cookieChecker;
    }

    /** A local index leads nowhere from now on. */
    void dropIndex(int index) {
        Object entry = indexTable.lookup(index);
        if (entry != null) {
            indexTable.remove(index, entry);
        }
    }

    Handshake handshakeOf(PublicKey key) {
        Peer peer = peers.get(key);
        return peer == null ? null : peer.handshake();
    }

    AtomicLong stagedBytes() {
        return stagedBytes;
    }

    // What its owner asks for.

    /** Has {@code action} run, once, when the TUN was removed or a worker failed; at once if that has happened. */
    public void onClosed(Runnable action) {
        gone.thenRun(action);
    }

    /** What was dropped so far, by cause, over all workers. */
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

    /** How many datagrams a worker's sockets lost because their buffers were full. */
    public synchronized long receiveLosses(int worker) {
        return formerLosses[worker] + (port == null ? 0 : port.receiveLosses(worker));
    }

    /** How many peers there are. */
    public int peerCount() {
        return peers.size();
    }

    /** The peers, in the order they were added: a copy. */
    public List<Peer> peers() {
        return peers.all();
    }

    /** The configuration and state at one moment. */
    public synchronized DeviceSnapshot snapshot() {
        List<Peer> all = peers.all();
        DeviceSnapshot.PeerSnapshot[] states = new DeviceSnapshot.PeerSnapshot[all.size()];
        // What takes locks or time is copied here, so that the homes are not held up.
        List<Secret> presharedKeys =
                all.stream().map(peer -> peer.handshake().copyPresharedKey()).toList();
        List<List<Prefix>> prefixes = all.stream().map(allowedIps::of).toList();
        workers.callAll(worker -> {
            for (int i = 0; i < states.length; i++) {
                Peer peer = all.get(i);
                if (peer.home() == worker) {
                    states[i] = peer.snapshot(presharedKeys.get(i), prefixes.get(i));
                }
            }
        });
        Secret privateKey = identity == null ? null : identity.copyPrivateKey();
        int shownPort = port != null ? port.port() : listenPort;
        return new DeviceSnapshot(privateKey, shownPort, mark, List.of(states));
    }

    /**
     * Applies a change. The port comes first, as it alone can fail for reasons outside: then nothing is changed.
     *
     * @throws java.net.BindException when the port is taken
     * @throws IOException when the system refuses the port or the mark, or there are too many peers
     */
    public synchronized void apply(DeviceUpdate update) throws IOException {
        if (update.listenPort().isPresent()) {
            changePort(update.listenPort().getAsInt());
        }
        if (update.fwmark().isPresent()) {
            changeMark(update.fwmark().getAsInt());
        }
        if (update.privateKey() != null) {
            changeIdentity(update.privateKey().isZero() ? null : new StaticIdentity(update.privateKey()));
        }
        if (update.replacePeers()) {
            peers.all().forEach(this::removePeer);
        }
        for (PeerUpdate peer : update.peers()) {
            apply(peer);
        }
        // All that was posted to the homes is done when they have answered.
        workers.callAll(worker -> {});
    }

    private void changePort(int newPort) throws IOException {
        if (up && (port == null || newPort != port.port())) {
            attach(open(newPort));
        } else if (!wasUp) {
            openEarly(newPort);
        }
        listenPort = newPort;
        forEachPeer(Peer::clearSource);
    }

    /**
     * Opens the port of an interface that has never been up. The kernel opens it within {@code ip link set up}; we hear of
     * that a while after, and the other end's first initiation may come sooner: it waits in the port until then.
     */
    private void openEarly(int newPort) {
        closeEarly();
        if (newPort != 0) {
            try {
                early = open(newPort);
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "UDP port {0} is not free yet: {1}", Integer.toString(newPort), e.getMessage());
            }
        }
    }

    private void closeEarly() {
        if (early != null) {
            early.close();
            early = null;
        }
    }

    private UdpPort open(int number) throws IOException {
        return platform.bind().open(number, workers.count(), mark);
    }

    private void changeMark(int newMark) throws IOException {
        UdpPort marked = port != null ? port : early;
        if (marked != null) {
            marked.mark(newMark);
        }
        mark = newMark;
        forEachPeer(Peer::clearSource);
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
        // The clamped private keys are the same exactly when the public keys are.
        return a == null || b == null ? a == b : a.publicKey().equals(b.publicKey());
    }

    private void apply(PeerUpdate update) throws IOException {
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
            peer.handshake().setPresharedKey(update.presharedKey());
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
        boolean start = up;
        tell(peer, () -> {
            if (update.endpoint() != null) {
                peer.configureEndpoint(update.endpoint());
            }
            if (start) {
                peer.start();
                peer.startSending();
            }
            update.keepaliveSeconds().ifPresent(peer::configureKeepalive);
        });
    }

    private Peer addPeer(PublicKey key) throws IOException {
        if (peers.size() == PeerTable.MAX_PEERS) {
            throw new IOException("a device has at most " + PeerTable.MAX_PEERS + " peers");
        }
        Peer peer = new Peer(this, key, workers.get(nextHome));
        nextHome = (nextHome + 1) % workers.count();
        handshakes.exclusively(() -> {
            peer.handshake().setIdentity(identity);
            peers.add(key, peer);
        });
        return peer;
    }

    private void removePeer(Peer peer) {
        allowedIps.removeAll(peer);
        handshakes.exclusively(() -> peers.remove(peer.publicKey()));
        tell(peer, peer::remove);
    }

    private void forEachPeer(Consumer<Peer> action) {
        for (Peer peer : peers.all()) {
            tell(peer, () -> action.accept(peer));
        }
    }

    /** Has a peer's home run {@code action}; in order with all else that it is told. */
    private void tell(Peer peer, Runnable action) {
        workers.call(peer.home(), action);
    }

    private synchronized void up() {
        if (up || closed) {
            return;
        }
        UdpPort opened;
        try {
            opened = early != null ? early : open(listenPort);
            early = null;
        } catch (IOException e) {
            LOG.log(Level.ERROR, "cannot open UDP port {0}: {1}", Integer.toString(listenPort), e.getMessage());
            return;
        }
        // Homes are told in this order: an initiation that is in the port already finds its peer at work.
        forEachPeer(Peer::start);
        attach(opened);
        up = true;
        wasUp = true;
        listenPort = port.port();
        forEachPeer(Peer::startSending);
        LOG.log(Level.INFO, "{0} is up, listening on UDP port {1}", name(), Integer.toString(port.port()));
    }

    private synchronized void down() {
        if (!up) {
            return;
        }
        up = false;
        forEachPeer(Peer::stop);
        attach(null);
        LOG.log(Level.INFO, "{0} is down", name());
    }

    private String name() {
        return platform.tun().name();
    }

    /** Has all workers use a port instead of the present one, which is closed. */
    private void attach(UdpPort newPort) {
        workers.callAll(worker -> worker.io().attach(newPort));
        if (port != null) {
            for (int i = 0; i < formerLosses.length; i++) {
                formerLosses[i] += port.receiveLosses(i);
            }
            port.close();
        }
        port = newPort;
    }

    /** Ends everything: sessions, threads, the port and the TUN. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            down();
            closeEarly();
            peers.all().forEach(this::removePeer);
        }
        handshakes.stop();
        handshakes.drain();
        workers.close();
        platform.tun().close();
        cookieChecker.close();
        StaticIdentity last = identity;
        identity = null;
        if (last != null) {
            last.release();
        }
    }
}
