// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import static io.culvert.engine.message.Limits.MAX_TIMER_HANDSHAKES;
import static io.culvert.engine.message.Limits.REKEY_TIMEOUT;

import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.message.Limits;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.Keypairs;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.pipeline.DropCause;
import io.culvert.engine.pipeline.Traffic;
import io.culvert.engine.pipeline.Worker;
import io.culvert.engine.routing.PeerChunk;
import io.culvert.engine.routing.PeerTable;
import io.culvert.engine.timer.PeerTimers;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * A peer: its keys, its endpoint, and the protocol's reactions to its packets (the kernel's peer.c, and the peer's side
 * of send.c, receive.c and timers.c). {@link PeerConfiguration} has the configured part.
 *
 * <p>Its <em>home</em> is one worker. Fields and methods belong to the home's thread alone, without a lock or fence,
 * unless they say otherwise. Other threads {@linkplain Worker#post post} to the home or {@linkplain #giveResult give}
 * it results. Any worker may commit trains, one at a time for each direction, and {@linkplain #want asks} the home for
 * what happens once in many trains.
 */
public final class Peer extends StagingPath implements PeerTimers.Events, PeerTable.Member {
    private static final AtomicLongFieldUpdater<Peer> RECEIVED =
            AtomicLongFieldUpdater.newUpdater(Peer.class, "receivedBytes");

    private static final int NANOS_BITS = 30;

    // What the home attends to.
    private static final int TIMERS = 2 * RESULTS;
    private static final int CONFIRMATION = 4 * RESULTS;
    private static final int NEW_KEY = 8 * RESULTS;
    private static final int LAST_MINUTE = 16 * RESULTS;
    private static final int KEY_MISSING = 32 * RESULTS;

    private final Device device;
    /** Used by handshake threads under its monitor; cleared and configured under the monitor by any thread. */
    private final Handshake<Peer> handshake;
    /** Made by the first handshake, under this monitor; used by handshake threads; synchronizes by itself. */
    private CookieGenerator cookies;
    /** Written by the home; any worker reads the current keypair, which {@link Keypairs} publishes. */
    private final Keypairs keypairs;

    private final PeerTimers timers;
    private final PeerConfiguration configuration;
    /** Of the device's table, which has a lock. */
    private PeerChunk chunk;

    // Bytes of data messages. Written by the holders of the tokens with release stores, because readers tolerate delay,
    // and the tokens order the writers; read by any thread.
    private volatile long receivedBytes;
    // Bytes of handshake messages. Written by the home; read by any thread.
    private volatile long receivedHandshakeBytes;

    /** Seconds in the upper 34 bits, nanoseconds in the lower 30. Written by the home, read by any thread; volatile. */
    private volatile long handshakeTime;

    private int handshakeAttempts;

    // Written by the home; read by the holders of the tokens. Volatile, because no other fence orders them.
    private volatile long lastSentHandshake;
    private volatile boolean sentLastMinuteHandshake;

    Peer(Device device, PublicKey publicKey, Worker home, byte receiveSocket, DeviceListener listener) {
        super(home, receiveSocket, publicKey, listener, device.stagingArea(home));
        this.device = device;
        handshake = new Handshake<>(publicKey, this, device.indexDropped());
        keypairs = new Keypairs(device.indexDropped());
        timers = new PeerTimers(this, home().wheel());
        configuration = new PeerConfiguration(this);
        resetLastSentHandshake();
    }

    // Methods for any thread.

    /** UDP payload bytes received from the peer, handshakes included. */
    public long receivedBytes() {
        return receivedBytes + receivedHandshakeBytes;
    }

    /** Wall-clock time of the last completed handshake, in seconds since 1970; 0 before the first. */
    public long handshakeSeconds() {
        return handshakeTime >>> NANOS_BITS;
    }

    /** The nanoseconds of that time. */
    int handshakeNanos() {
        return (int) (handshakeTime & (1 << NANOS_BITS) - 1);
    }

    @Override
    Keypair<?> takeCurrent(long now) {
        Keypair<?> keypair = keypairs.current();
        return keypair != null && keypair.maySend(now) && keypair.tryAcquire() ? keypair : null;
    }

    @Override
    void keyMissing(Worker worker) {
        want(worker, KEY_MISSING);
    }

    @Override
    public PeerChunk chunk() {
        return chunk;
    }

    @Override
    public void setChunk(PeerChunk chunk) {
        this.chunk = chunk;
    }

    Handshake<Peer> handshake() {
        return handshake;
    }

    synchronized CookieGenerator cookies() {
        if (cookies == null) {
            cookies = new CookieGenerator(publicKey());
        }
        return cookies;
    }

    // Methods for the home's thread.

    PeerTimers timers() {
        return timers;
    }

    PeerConfiguration configuration() {
        return configuration;
    }

    private long now() {
        return home().now();
    }

    /** A packet found no keypair. */
    private void keyMissed() {
        Keypair<?> keypair = keypairs.current();
        if (keypair != null && keypair.maySend(now())) {
            // It was installed meanwhile.
            sendStaged();
        } else {
            sendHandshakeInitiation(false);
        }
    }

    /** Drops packets that waited too long for a port. */
    void dropOutdated() {
        home().drops().add(DropCause.TX_STAGED_FULL, purge(now() - REKEY_TIMEOUT));
    }

    /** Sends the staged packets; without a keypair they stay, in their order, and a handshake is initiated. */
    void sendStaged() {
        if (!sendStaged(home())) {
            sendHandshakeInitiation(false);
        }
    }

    /** Sends the staged packets or, without any, an empty message; initiates a handshake if there is no keypair. */
    void sendKeepalive() {
        if (hasStaged()) {
            sendStaged();
        } else {
            sendEmpty();
        }
    }

    private void sendEmpty() {
        if (!hasEndpoint()) {
            return;
        }
        Keypair<?> keypair = takeCurrent(now());
        if (keypair != null) {
            home().sendKeepalive(this, keypair);
        } else {
            stageKeepalive();
            sendHandshakeInitiation(false);
        }
    }

    /** Initiates a handshake, unless a handshake message was sent within the last {@code REKEY_TIMEOUT}. */
    private void sendHandshakeInitiation(boolean retry) {
        if (!retry) {
            handshakeAttempts = 0;
        }
        if (isDead() || !configuration.isSending() || !hasEndpoint() || now() - lastSentHandshake < REKEY_TIMEOUT) {
            return;
        }
        lastSentHandshake = now();
        device.handshakes().initiate(this);
    }

    /** Sends the initiation that a handshake thread created. */
    void sendInitiation(byte[] message) {
        if (isDead() || !configuration.isActive()) {
            return;
        }
        sendHandshakeMessage(message);
        timers.handshakeInitiated(now());
    }

    private void sendHandshakeMessage(byte[] message) {
        timers.anyAuthenticatedPacketTraversal(now());
        timers.anyAuthenticatedPacketSent();
        timers.schedule(now());
        lastSentHandshake = now();
        home().sendMessage(message, endpoint(), Limits.HANDSHAKE_DSCP, this);
    }

    /**
     * Installs the keypair of an accepted initiation and sends the response. The first data message confirms the
     * keypair.
     */
    void sessionAsResponder(Keypair<?> keypair, UdpEndpoint from, int initiationBytes, byte[] response) {
        if (install(keypair, from, initiationBytes)) {
            sendHandshakeMessage(response);
        }
    }

    /** Installs the keypair of an accepted response. */
    void sessionAsInitiator(Keypair<?> keypair, UdpEndpoint from, int responseBytes) {
        if (!install(keypair, from, responseBytes)) {
            return;
        }
        handshakeComplete();
        // Confirms the keypair to the other end, with staged packets if there are any.
        sendKeepalive();
    }

    private boolean install(Keypair<?> keypair, UdpEndpoint from, int messageBytes) {
        if (isDead() || !configuration.isActive()) {
            device.dropIndex(keypair.localIndex());
            keypair.release();
            return false;
        }
        follow(from);
        keypair.numberFrom(nextNumber());
        keypairs.addNew(keypair);
        timers.sessionDerived(now());
        timers.anyAuthenticatedPacketReceived();
        timers.anyAuthenticatedPacketTraversal(now());
        timers.schedule(now());
        receivedHandshakeBytes += messageBytes;
        return true;
    }

    private void handshakeComplete() {
        timers.handshakeComplete();
        home().traffic().add(Traffic.HANDSHAKES, 1);
        device.listeners()
                .sessionBegan(
                        publicKey(),
                        keypairs.current().isInitiator(),
                        keypairs.previous() != null,
                        now() - lastSentHandshake);
        handshakeAttempts = 0;
        sentLastMinuteHandshake = false;
        handshakeTime = device.platform().clock().wallSeconds() << NANOS_BITS
                | device.platform().clock().wallNanos();
    }

    @Override
    public void sent(Worker worker, Keypair<?> keypair, long counter, boolean data) {
        long now = worker.now();
        boolean schedule = timers.anyAuthenticatedPacketTraversal(now);
        timers.anyAuthenticatedPacketSent();
        if (data) {
            schedule |= timers.dataSent(now);
        }
        int wants =
                (schedule ? TIMERS : 0) | (KeyRenewal.isDue(keypair, counter, now, lastSentHandshake) ? NEW_KEY : 0);
        if (wants != 0) {
            want(worker, wants);
        }
    }

    @Override
    public void authenticated(Worker worker, Keypair<?> keypair, UdpEndpoint from) {
        follow(from);
        long now = worker.now();
        int wants = 0;
        if (!keypair.isInitiator() && !keypair.isReceived()) {
            keypair.markReceived();
            wants = CONFIRMATION;
        }
        if (!sentLastMinuteHandshake && KeyRenewal.isInLastMinute(keypair, now)) {
            wants |= LAST_MINUTE;
        }
        timers.anyAuthenticatedPacketReceived();
        if (timers.anyAuthenticatedPacketTraversal(now)) {
            wants |= TIMERS;
        }
        if (wants != 0) {
            want(worker, wants);
        }
    }

    @Override
    public void received(Worker worker, long bytes, boolean data) {
        RECEIVED.lazySet(this, receivedBytes + bytes);
        if (data && timers.dataReceived(worker.now())) {
            want(worker, TIMERS);
        }
    }

    @Override
    protected void attend(int wants) {
        if ((wants & RESULTS) != 0) {
            runResults();
        }
        if ((wants & CONFIRMATION) != 0) {
            confirm();
        }
        if ((wants & LAST_MINUTE) != 0) {
            lastMinuteHandshake();
        }
        if ((wants & NEW_KEY) != 0) {
            sendHandshakeInitiation(false);
        } else if ((wants & KEY_MISSING) != 0 && configuration.isActive()) {
            keyMissed();
        }
        timers.schedule(now());
    }

    /** The first message of a session confirms that the initiator has its keys. */
    private void confirm() {
        Keypair<?> next = keypairs.next();
        if (next != null && next.isReceived() && keypairs.receivedWith(next)) {
            handshakeComplete();
            sendStaged();
        }
    }

    /** Once in a session. */
    private void lastMinuteHandshake() {
        Keypair<?> current = keypairs.current();
        if (!sentLastMinuteHandshake && current != null && KeyRenewal.isInLastMinute(current, now())) {
            sentLastMinuteHandshake = true;
            sendHandshakeInitiation(false);
        }
    }

    @Override
    public void onRetransmitHandshake(long now) {
        if (handshakeAttempts > MAX_TIMER_HANDSHAKES) {
            timers.handshakeGivenUp(now);
            home().drops().add(DropCause.TX_STAGED_FULL, purge(Long.MAX_VALUE));
            device.listeners().failed(HandshakeFailure.GIVEN_UP, publicKey());
            return;
        }
        handshakeAttempts++;
        device.listeners().failed(HandshakeFailure.TIMED_OUT, publicKey());
        // The cause may be the source address: let the system choose another.
        clearSource();
        sendHandshakeInitiation(true);
    }

    @Override
    public void onSendKeepalive(long now) {
        sendKeepalive();
    }

    @Override
    public void onNewHandshake(long now) {
        clearSource();
        sendHandshakeInitiation(false);
    }

    @Override
    public void onZeroKeyMaterial(long now) {
        clearHandshake();
        keypairs.clear();
        listener.sessionExpired(publicKey());
    }

    @Override
    public void onPersistentKeepalive(long now) {
        if (configuration.keepaliveSeconds() != 0) {
            sendKeepalive();
        }
    }

    /** Not for each of a million peers that never had one: the queue of tasks is bounded. */
    private void clearHandshake() {
        if (handshake.hasSecrets() || hasSessionMemory()) {
            device.handshakes().clear(this);
        }
    }

    /** Drops what was staged before {@code since}, and forgets the keys and the handshake. */
    void endSessions(long since) {
        purge(since);
        forgetSessions();
        clearHandshake();
    }

    /** Forgets the keys, after a suspend; packets that wait for a session go on waiting. */
    void forgetSessions() {
        keypairs.clear();
        timers.keysForgotten();
        resetLastSentHandshake();
    }

    /** The peer was removed: its trains in flight are committed without effect. */
    void remove() {
        markDead();
        configuration.stop(Long.MAX_VALUE);
    }

    /** The device has another private key: no session sends any more, and a new handshake may begin at once. */
    void identityChanged() {
        keypairs.expireCurrent();
        resetLastSentHandshake();
        if (configuration.isActive() && hasStaged()) {
            sendHandshakeInitiation(false);
        }
    }

    private void resetLastSentHandshake() {
        lastSentHandshake = device.platform().clock().nanos() - REKEY_TIMEOUT - 1_000_000_000L;
    }
}
