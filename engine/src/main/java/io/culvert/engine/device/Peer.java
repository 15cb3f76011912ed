// SPDX-License-Identifier: Apache-2.0
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
 * A peer: its keys, its endpoint, and the protocol's reactions to its packets (the kernel's peer.c, and the peer's side
 * of send.c, receive.c and timers.c). {@link PeerConfiguration} has the configured part.
 *
 * <p>Its <em>home</em> is one worker. Fields and methods belong to the home's thread alone, without a lock or fence,
 * unless they say otherwise. Other threads {@linkplain Worker#post post} to the home.
 */
public final class Peer extends PeerPath implements PeerTimers.Events {
    private static final AtomicLongFieldUpdater<Peer> SENT = AtomicLongFieldUpdater.newUpdater(Peer.class, "sentBytes");
    private static final AtomicLongFieldUpdater<Peer> RECEIVED =
            AtomicLongFieldUpdater.newUpdater(Peer.class, "receivedBytes");

    private final Device device;
    private final PublicKey publicKey;
    /** Used by handshake threads under its monitor; cleared and configured under the monitor by any thread. */
    private final Handshake<Peer> handshake;
    /** Used by handshake threads; synchronizes by itself. */
    private final CookieGenerator cookies;
    /** Written by the home; any worker reads the current keypair, which {@link Keypairs} publishes. */
    private final Keypairs keypairs;

    private final PeerTimers timers;
    private final StagedPackets staged;
    private final UdpEndpoint endpoint = new UdpEndpoint();
    private final PeerConfiguration configuration;

    // Written by the home with release stores, because readers tolerate delay; read by any thread.
    private volatile long sentBytes;
    private volatile long receivedBytes;
    /** Written by the home with a volatile store; read by any thread. */
    private volatile long handshakeSeconds;

    private int handshakeNanos;
    private long lastSentHandshake;
    private int handshakeAttempts;
    private boolean sentLastMinuteHandshake;

    Peer(Device device, PublicKey publicKey, Worker home) {
        super(home);
        this.device = device;
        this.publicKey = publicKey;
        handshake = new Handshake<>(publicKey, this, device::dropIndex);
        cookies = new CookieGenerator(publicKey);
        keypairs = new Keypairs(device::dropIndex);
        timers = new PeerTimers(this, home().wheel());
        staged = new StagedPackets(device.stagedBytes());
        configuration = new PeerConfiguration(this, timers);
        resetLastSentHandshake();
    }

    // Methods for any thread.

    /** The static public key, which identifies the peer. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** UDP payload bytes sent to the peer, handshakes included. */
    public long sentBytes() {
        return sentBytes;
    }

    /** UDP payload bytes received from the peer, handshakes included. */
    public long receivedBytes() {
        return receivedBytes;
    }

    /** Wall-clock time of the last completed handshake, in seconds since 1970; 0 before the first. */
    public long handshakeSeconds() {
        return handshakeSeconds;
    }

    @Override
    public Keypair<?> takeSendingKeypair(long now) {
        Keypair<?> keypair = keypairs.current();
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

    Handshake<Peer> handshake() {
        return handshake;
    }

    CookieGenerator cookies() {
        return cookies;
    }

    // Methods for the home's thread.

    PeerConfiguration configuration() {
        return configuration;
    }

    private long now() {
        return home().now();
    }

    private void stage(StagedPackets.Staged packet) {
        if (isDead() || !configuration.isActive()) {
            staged.free(packet);
            return;
        }
        home().drops().add(DropCause.TX_STAGED_FULL, staged.add(packet));
        if (hasSendingKeypair()) {
            // The keypair was installed while the packet was in the mailbox.
            sendStaged();
        } else {
            sendHandshakeInitiation(false);
        }
    }

    private boolean hasSendingKeypair() {
        Keypair<?> keypair = keypairs.current();
        return keypair != null && keypair.maySend(now());
    }

    /** Sends the staged packets; those that find no keypair are staged again. */
    void sendStaged() {
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

    /** Sends the staged packets or, without any, an empty message; initiates a handshake if there is no keypair. */
    void sendKeepalive() {
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
        Keypair<?> keypair = takeSendingKeypair(now());
        if (keypair != null) {
            home().sendKeepalive(this, keypair);
        } else {
            staged.add(new StagedPackets.Staged(0, 0, 1));
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
        lastSentHandshake = now();
        home().sendMessage(message, endpoint, Limits.HANDSHAKE_DSCP);
        SENT.lazySet(this, sentBytes + message.length);
    }

    /**
     * Installs the keypair of an accepted initiation and sends the response. The first data message confirms the
     * keypair.
     */
    void sessionAsResponder(Keypair<?> keypair, UdpEndpoint from, int initiationBytes, byte[] response) {
        if (!install(keypair, from, initiationBytes)) {
            return;
        }
        sendHandshakeMessage(response);
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
    public void sent(Keypair<?> keypair, long bytes, boolean data, long now) {
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
    public void authenticated(Keypair<?> keypair, UdpEndpoint from, long now) {
        if (!from.sameAs(endpoint)) {
            setEndpoint(from);
        }
        if (keypairs.receivedWith(keypair)) {
            handshakeComplete();
            sendStaged();
        }
        // receive.c, keep_key_fresh: once in a session, at an age at which a side that sends has renewed it already.
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

    /** Sets the configured endpoint. */
    void setEndpoint(InetSocketAddress address) {
        endpoint.set(address);
        endpointKnown();
    }

    /** Forgets the source address: the system chooses one for the next datagram. */
    void clearSource() {
        endpoint.clearSource();
    }

    @Override
    public void onRetransmitHandshake(long now) {
        if (handshakeAttempts > MAX_TIMER_HANDSHAKES) {
            timers.handshakeGivenUp(now);
            home().drops().add(DropCause.TX_STAGED_FULL, staged.purge());
            return;
        }
        handshakeAttempts++;
        // The cause may be the source address: let the system choose another.
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
        if (configuration.keepaliveSeconds() != 0) {
            sendKeepalive();
        }
    }

    /** Drops the staged packets, and forgets the keys and the handshake. */
    void endSessions() {
        staged.purge();
        keypairs.clear();
        device.handshakes().clear(this);
        resetLastSentHandshake();
    }

    /** The peer was removed: its trains in flight are committed without effect. */
    void remove() {
        markDead();
        configuration.stop();
    }

    /** The device has another private key: no session sends any more, and a new handshake may begin at once. */
    void identityChanged() {
        keypairs.expireCurrent();
        resetLastSentHandshake();
        if (configuration.isActive() && staged.size() > 0) {
            sendHandshakeInitiation(false);
        }
    }

    private void resetLastSentHandshake() {
        lastSentHandshake = device.platform().clock().nanos() - REKEY_TIMEOUT - 1_000_000_000L;
    }

    /** The peer's part of a device snapshot. */
    DeviceSnapshot.PeerSnapshot snapshot(Secret presharedKey, List<Prefix> allowedIps) {
        return new DeviceSnapshot.PeerSnapshot(
                publicKey,
                presharedKey,
                endpoint.toSocketAddress(),
                configuration.keepaliveSeconds(),
                handshakeSeconds,
                handshakeNanos,
                receivedBytes,
                sentBytes,
                allowedIps);
    }
}
