// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.device.HandshakeQueue.HandshakeMessage;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.IndexEntry;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.natives.Memory;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Processes handshake messages: consumes them, creates responses and initiations, and posts the results to the peers'
 * homes, which alone install keys and send. Any handshake thread.
 *
 * <p>Locks, in this order: {@code configuration} is held for reading while a message is processed, and for writing
 * while the private key or the set of peers changes. The monitor of a peer's {@link Handshake} is held over the steps
 * of one message, so that two messages of one peer do not interleave. The data path takes neither.
 */
final class HandshakeProcessor {
    private final Device device;
    private final ReadWriteLock configuration = new ReentrantReadWriteLock();

    HandshakeProcessor(Device device) {
        this.device = device;
    }

    /** Runs a change of the private key or the set of peers while no message is processed. */
    void exclusively(Runnable change) {
        configuration.writeLock().lock();
        try {
            change.run();
        } finally {
            configuration.writeLock().unlock();
        }
    }

    /** Processes one message, in a copy off the heap as the classes of the wire formats need it. */
    void process(HandshakeMessage message, boolean underLoad) {
        long address = Memory.allocate(message.bytes().length, 64);
        configuration.readLock().lock();
        try {
            Memory.copy(message.bytes(), 0, address, message.bytes().length);
            if (Message.type(address) == Message.HANDSHAKE_COOKIE) {
                consumeCookieReply(address);
            } else if (isAdmitted(message, address, underLoad)) {
                if (Message.type(address) == Message.HANDSHAKE_INITIATION) {
                    consumeInitiation(message, address);
                } else {
                    consumeResponse(message, address);
                }
            }
        } finally {
            configuration.readLock().unlock();
            Memory.free(address);
        }
    }

    private boolean isAdmitted(HandshakeMessage message, long address, boolean underLoad) {
        long now = device.platform().clock().nanos();
        int length = message.bytes().length;
        return switch (device.cookieChecker().validate(address, length, message.from(), underLoad, now)) {
            case VALID_MAC_WITH_COOKIE -> true;
            case VALID_MAC_BUT_NO_COOKIE -> {
                if (underLoad) {
                    replyWithCookie(message, address, now);
                }
                yield !underLoad;
            }
            case INVALID_MAC, VALID_MAC_WITH_COOKIE_BUT_RATELIMITED -> false;
        };
    }

    private void replyWithCookie(HandshakeMessage message, long address, long now) {
        byte[] reply = new byte[CookieReply.BYTES];
        long target = Memory.allocate(CookieReply.BYTES, 64);
        try {
            int length = message.bytes().length;
            if (device.cookieChecker().createReply(target, address, length, message.from(), now) == 0) {
                return;
            }
            Memory.copy(target, reply, 0, CookieReply.BYTES);
        } finally {
            Memory.free(target);
        }
        message.worker().post(() -> message.worker().sendMessage(reply, message.from(), 0));
    }

    private void consumeCookieReply(long address) {
        IndexEntry<Peer> entry = device.indexTable().lookup(CookieReply.receiver(address));
        if (entry != null) {
            entry.owner()
                    .cookies()
                    .consumeReply(address, device.platform().clock().nanos());
        }
    }

    private void consumeInitiation(HandshakeMessage message, long address) {
        StaticIdentity identity = device.identity();
        Handshake<Peer> handshake = Handshake.consumeInitiation(
                identity,
                address,
                key -> device.handshakeOf(key),
                device.platform().clock());
        if (handshake == null) {
            return;
        }
        Peer peer = handshake.owner();
        byte[] response = new byte[HandshakeResponse.BYTES];
        long target = Memory.allocate(HandshakeResponse.BYTES, 64);
        Keypair<Peer> keypair;
        try {
            synchronized (handshake) {
                int index = device.indexTable().insert(handshake, peer.home().id());
                if (!handshake.createResponse(target, index, random())) {
                    device.dropIndex(index);
                    return;
                }
                addMacs(peer, target, HandshakeResponse.BYTES);
                keypair = beginSession(peer, index);
            }
            Memory.copy(target, response, 0, HandshakeResponse.BYTES);
        } finally {
            Memory.free(target);
        }
        if (keypair != null) {
            postToHome(
                    peer,
                    keypair,
                    () -> peer.sessionAsResponder(keypair, message.from(), message.bytes().length, response));
        }
    }

    private void consumeResponse(HandshakeMessage message, long address) {
        int index = HandshakeResponse.receiver(address);
        if (!(device.indexTable().lookup(index) instanceof Handshake<Peer> handshake)) {
            return;
        }
        Peer peer = handshake.owner();
        Keypair<Peer> keypair;
        synchronized (handshake) {
            keypair = handshake.consumeResponse(device.identity(), address) ? beginSession(peer, index) : null;
        }
        if (keypair != null) {
            postToHome(peer, keypair, () -> peer.sessionAsInitiator(keypair, message.from(), message.bytes().length));
        }
    }

    /** Posts the installation of a keypair to the peer's home; releases the keypair if the home's mailbox is full. */
    private void postToHome(Peer peer, Keypair<Peer> keypair, Runnable install) {
        if (!peer.home().post(install)) {
            device.dropIndex(keypair.localIndex());
            keypair.release();
        }
    }

    /** Derives the keypair of a completed handshake, which takes the handshake's place in the index table. */
    private Keypair<Peer> beginSession(Peer peer, int index) {
        Handshake<Peer> handshake = peer.handshake();
        Keypair<Peer> keypair =
                handshake.beginSession(index, device.platform().clock().nanos());
        if (keypair == null) {
            return null;
        }
        peer.ensureQueues();
        if (!device.indexTable().replace(index, handshake, keypair)) {
            keypair.release();
            return null;
        }
        return keypair;
    }

    /** Creates an initiation and has the peer's home send it. */
    void initiate(Peer peer) {
        byte[] initiation = new byte[HandshakeInitiation.BYTES];
        long target = Memory.allocate(HandshakeInitiation.BYTES, 64);
        Handshake<Peer> handshake = peer.handshake();
        configuration.readLock().lock();
        try {
            synchronized (handshake) {
                if (peer.isDead()) {
                    return;
                }
                int index = device.indexTable().insert(handshake, peer.home().id());
                if (!handshake.createInitiation(target, index, device.platform().clock(), random())) {
                    device.dropIndex(index);
                    return;
                }
                addMacs(peer, target, HandshakeInitiation.BYTES);
            }
            Memory.copy(target, initiation, 0, HandshakeInitiation.BYTES);
        } finally {
            configuration.readLock().unlock();
            Memory.free(target);
        }
        peer.home().post(() -> peer.sendInitiation(initiation));
    }

    private void addMacs(Peer peer, long message, int length) {
        peer.cookies().addMacs(message, length, device.platform().clock().nanos());
    }

    /** Forgets a peer's handshake and, if the peer was removed, all its secrets. */
    void clear(Peer peer) {
        if (peer.isDead()) {
            peer.handshake().close();
        } else {
            peer.handshake().clear();
        }
    }

    private RandomSource random() {
        return device.platform().random();
    }
}
