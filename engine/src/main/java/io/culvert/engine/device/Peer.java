package io.culvert.engine.device;

import static io.culvert.engine.message.Limits.KEEPALIVE_TIMEOUT;
import static io.culvert.engine.message.Limits.MAX_TIMER_HANDSHAKES;
import static io.culvert.engine.message.Limits.REJECT_AFTER_TIME;
import static io.culvert.engine.message.Limits.REKEY_AFTER_MESSAGES;
import static io.culvert.engine.message.Limits.REKEY_AFTER_TIME;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT;

import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.Limits;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.Keypairs;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.PeerPath;
import io.culvert.engine.pipeline.Traffic;
import io.culvert.engine.pipeline.Worker;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.timer.PeerTimers;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * A peer: its keys, where it is, and what happens when its packets pass (the kernel's peer.c, and the peer's side of
 * send.c, receive.c and timers.c).
 *
 * <p>Its <em>home</em> is one worker. Everything that is not said to be for any thread belongs to the home's thread,
 * which needs no lock and no fence for it; other threads {@linkplain Worker#post post} to the home.
 */
public final class Peer extends PeerPath implements PeerTimers.Events {
    private static final AtomicLongFieldUpdater<Peer> SENT = AtomicLongFieldUpdater.newUpdater(Peer.class, "sentBytes");
    private static final AtomicLongFieldUpdater<Peer> RECEIVED =
            AtomicLongFieldUpdater.newUpdater(Peer.class, "receivedBytes");

    private final Device device;
    private final PublicKey publicKey;
    private final Handshake handshake;
    private final CookieGenerator cookies;
    private final Keypairs keypairs;
    private final PeerTimers timers;
    private final StagedPackets staged;
    private final UdpEndpoint endpoint = new UdpEndpoint();

    private boolean active;
    /** As {@link #active}, and there is a port to send from. */
    private boolean sending;

    private int keepaliveSeconds;
    // Written by the home, with release stores as nobody needs them at once; read by any thread.
    private volatile long sentBytes;
    private volatile long receivedBytes;
    private volatile long handshakeSeconds;
    private int handshakeNanos;
    private long lastSentHandshake;
    private int handshakeAttempts;
    private boolean sentLastMinuteHandshake;

    Peer(Device device, PublicKey publicKey, Worker home) {
        super(home);
        this.device = device;
        this.publicKey = publicKey;
        handshake = new Handshake(publicKey, this, device::dropIndex);
        cookies = new CookieGenerator(publicKey);
        keypairs = new Keypairs(device::dropIndex);
        timers = new PeerTimers(this, home().wheel());
        staged = new StagedPackets(device.stagedBytes());
        resetLastSentHandshake();
    }

    // Any thread.

    /** Its name. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** Bytes sent to it, handshakes included. */
    public long sentBytes() {
        return sentBytes;
    }

    /** Bytes received from it, handshakes included. */
    public long receivedBytes() {
        return receivedBytes;
    }

    /** When the last handshake was done, in seconds since 1970; 0 before the first. */
    public long handshakeSeconds() {
        return handshakeSeconds;
    }

    @Override
    public Keypair takeSendingKeypair(long now) {
        Keypair keypair = keypairs.current();
        return keypair != null && keypair.maySend(now) && keypair.tryAcquire() ? keypair : null;
    }

    @Override
    public void stage(Worker worker, long vnetHeader, int length, int packets) {
        StagedPackets.Staged copy = StagedPackets.copy(device.stagedBytes(), vnetHeader, length, packets);
        if (copy == null) {
            worker.drops().add(DropCause.TX_STAGED_FULL, packets);
        } else if (worker == home()) {
            stage(copy);
        } else if (!home().post(() -> stage(copy))) {
            StagedPackets.free(device.stagedBytes(), copy);
            worker.drops().add(DropCause.TX_STAGED_FULL, packets);
        }
    }

    Handshake handshake() {
        return handshake;
    }

    CookieGenerator cookies() {
        return cookies;
    }

    // The home's thread, from here on.

    private long now() {
        return home().now();
    }

    private void stage(StagedPackets.Staged packet) {
        if (isDead() || !active) {
            staged.free(packet);
            return;
        }
        home().drops().add(DropCause.TX_STAGED_FULL, staged.add(packet));
        if (takeable()) {
            // The key came while the packet was on its way here.
            sendStaged();
        } else {
            sendHandshakeInitiation(false);
        }
    }

    private boolean takeable() {
        Keypair keypair = keypairs.current();
        return keypair != null && keypair.maySend(now());
    }

    /** Sends what waits, as far as there is a key; what there is none for waits on. */
    private void sendStaged() {
        for (int i = staged.size(); i > 0; i--) {
            StagedPackets.Staged packet = staged.poll();
            if (packet.length() == 0) {
                sendEmpty();
            } else {
                home().send(packet.address(), packet.length());
                staged.free(packet);
            }
        }
    }

    /** Sends what waits or, when nothing does, an empty message; without a key, asks for one. */
    private void sendKeepalive() {
        if (staged.size() > 0) {
            sendStaged();
        } else {
            sendEmpty();
        }
    }

    private void sendEmpty() {
        if (!hasEndpoint()) {
            return;
        }
        Keypair keypair = takeSendingKeypair(now());
        if (keypair != null) {
            home().sendKeepalive(this, keypair);
        } else {
            staged.add(new StagedPackets.Staged(0, 0, 1));
            sendHandshakeInitiation(false);
        }
    }

    /** Asks for a handshake, unless one was sent within the last {@code REKEY_TIMEOUT}. */
    private void sendHandshakeInitiation(boolean retry) {
        if (!retry) {
            handshakeAttempts = 0;
        }
        if (isDead() || !sending || !hasEndpoint() || now() - lastSentHandshake < REKEY_TIMEOUT) {
            return;
        }
        lastSentHandshake = now();
        device.handshakes().initiate(this);
    }

    /** An initiation was made: it goes out now. */
    void initiationCreated(byte[] message) {
        if (isDead() || !active) {
            return;
        }
        sendHandshakeMessage(message);
        timers.handshakeInitiated(now());
    }

    private void sendHandshakeMessage(byte[] message) {
        timers.anyAuthenticatedPacketTraversal(now());
        timers.anyAuthenticatedPacketSent();
        lastSentHandshake = now();
        home().sendMessage(message, endpoint, Limits.HANDSHAKE_DSCP);
        SENT.lazySet(this, sentBytes + message.length);
    }

    /** An initiation was accepted, and this is the answer; its keypair is confirmed by the first data message. */
    void sessionAsResponder(Keypair keypair, UdpEndpoint from, int initiationBytes, byte[] response) {
        if (!install(keypair, from, initiationBytes)) {
            return;
        }
        sendHandshakeMessage(response);
    }

    /** Our initiation was answered. */
    void sessionAsInitiator(Keypair keypair, UdpEndpoint from, int responseBytes) {
        if (!install(keypair, from, responseBytes)) {
            return;
        }
        handshakeComplete();
        // Confirms the key to the other end, with data if there is any.
        sendKeepalive();
    }

    private boolean install(Keypair keypair, UdpEndpoint from, int messageBytes) {
        if (isDead() || !active) {
            device.dropIndex(keypair.localIndex());
            keypair.release();
            return false;
        }
        setEndpoint(from);
        keypairs.addNew(keypair);
        timers.sessionDerived(now());
        timers.anyAuthenticatedPacketReceived();
        timers.anyAuthenticatedPacketTraversal(now());
        RECEIVED.lazySet(this, receivedBytes + messageBytes);
        return true;
    }

    private void handshakeComplete() {
        timers.handshakeComplete();
        home().traffic().add(Traffic.HANDSHAKES, 1);
        handshakeAttempts = 0;
        sentLastMinuteHandshake = false;
        handshakeSeconds = device.platform().clock().wallSeconds();
        handshakeNanos = device.platform().clock().wallNanos();
    }

    @Override
    public void sent(Keypair keypair, long bytes, boolean data, long now) {
        timers.anyAuthenticatedPacketTraversal(now);
        timers.anyAuthenticatedPacketSent();
        if (data) {
            timers.dataSent(now);
        }
        SENT.lazySet(this, sentBytes + bytes);
        // send.c, keep_key_fresh
        if (keypair.sendingCounter() > REKEY_AFTER_MESSAGES
                || keypair.isInitiator() && now - keypair.createdNanos() >= REKEY_AFTER_TIME) {
            sendHandshakeInitiation(false);
        }
    }

    @Override
    public void authenticated(Keypair keypair, UdpEndpoint from, long now) {
        if (!from.sameAs(endpoint)) {
            setEndpoint(from);
        }
        if (keypairs.receivedWith(keypair)) {
            handshakeComplete();
            sendStaged();
        }
        // receive.c, keep_key_fresh: once in a session, late enough that sending would have renewed it before.
        if (!sentLastMinuteHandshake
                && keypair.isInitiator()
                && now - keypair.createdNanos() >= REJECT_AFTER_TIME - KEEPALIVE_TIMEOUT - REKEY_TIMEOUT) {
            sentLastMinuteHandshake = true;
            sendHandshakeInitiation(false);
        }
        timers.anyAuthenticatedPacketReceived();
        timers.anyAuthenticatedPacketTraversal(now);
    }

    @Override
    public void received(long bytes, boolean data, long now) {
        RECEIVED.lazySet(this, receivedBytes + bytes);
        if (data) {
            timers.dataReceived(now);
        }
    }

    @Override
    public UdpEndpoint endpoint() {
        return endpoint;
    }

    private void setEndpoint(UdpEndpoint from) {
        endpoint.copyFrom(from);
        endpointKnown();
    }

    @Override
    public void onRetransmitHandshake(long now) {
        if (handshakeAttempts > MAX_TIMER_HANDSHAKES) {
            timers.handshakeGivenUp(now);
            home().drops().add(DropCause.TX_STAGED_FULL, staged.purge());
            return;
        }
        handshakeAttempts++;
        // Perhaps it is our own address that does not work any more.
        endpoint.clearSource();
        sendHandshakeInitiation(true);
    }

    @Override
    public void onSendKeepalive(long now) {
        sendKeepalive();
    }

    @Override
    public void onNewHandshake(long now) {
        endpoint.clearSource();
        sendHandshakeInitiation(false);
    }

    @Override
    public void onZeroKeyMaterial(long now) {
        device.handshakes().clear(this);
        keypairs.clear();
    }

    @Override
    public void onPersistentKeepalive(long now) {
        if (keepaliveSeconds != 0) {
            sendKeepalive();
        }
    }

    // Configuration; the home's thread too.

    void configureEndpoint(InetSocketAddress address) {
        boolean first = !hasEndpoint();
        endpoint.set(address);
        endpointKnown();
        if (first && active && keepaliveSeconds != 0) {
            // The keepalive that was due when the interface came up, or when it was asked for, had nowhere to go.
            sendKeepalive();
        }
    }

    void clearSource() {
        endpoint.clearSource();
    }

    void configureKeepalive(int seconds) {
        boolean turnedOn = keepaliveSeconds == 0 && seconds != 0;
        keepaliveSeconds = seconds;
        timers.setPersistentKeepalive(seconds);
        if (turnedOn && sending) {
            sendKeepalive();
        }
    }

    /** The interface is up: sessions may begin, packets are staged. Comes before a port is read from. */
    void start() {
        if (!active && !isDead()) {
            active = true;
            timers.start();
        }
    }

    /** There is a port: what waits goes out, and a persistent keepalive. */
    void startSending() {
        if (sending || isDead()) {
            return;
        }
        sending = true;
        sendStaged();
        if (keepaliveSeconds != 0) {
            sendKeepalive();
        }
    }

    /** The interface is down: what waits is dropped, and keys are forgotten. */
    void stop() {
        active = false;
        sending = false;
        timers.stop();
        staged.purge();
        keypairs.clear();
        device.handshakes().clear(this);
        resetLastSentHandshake();
    }

    /** The peer is removed. Trains under way are resolved without effect. */
    void remove() {
        markDead();
        stop();
    }

    /** The device has another private key: sessions are not sent with any more, and a new one may be made at once. */
    void identityChanged() {
        keypairs.expireCurrent();
        resetLastSentHandshake();
        if (active && staged.size() > 0) {
            sendHandshakeInitiation(false);
        }
    }

    private void resetLastSentHandshake() {
        lastSentHandshake = device.platform().clock().nanos() - REKEY_TIMEOUT - 1_000_000_000L;
    }

    /** What a dump tells. */
    DeviceSnapshot.PeerSnapshot snapshot(Secret presharedKey, List<Prefix> allowedIps) {
        return new DeviceSnapshot.PeerSnapshot(
                publicKey,
                presharedKey,
                endpoint.toSocketAddress(),
                keepaliveSeconds,
                handshakeSeconds,
                handshakeNanos,
                receivedBytes,
                sentBytes,
                allowedIps);
    }
}
