package io.culvert.engine.device;

import io.culvert.engine.device.HandshakeQueue.HandshakeMessage;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.natives.Memory;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What the handshake threads do: consume messages, make answers and initiations, and hand the results to the peers'
 * homes, which alone install keys and send.
 *
 * <p>Locks: {@code configuration} is read while a message is processed, and written while the private key or the set of
 * peers changes; each peer's {@link Handshake} is locked over the steps that belong together, so that two messages for
 * one peer do not mix. Neither is ever taken by the data path.
 */
final class HandshakeProcessor {
    private final Device device;
    private final ReadWriteLock configuration = new ReentrantReadWriteLock();

    HandshakeProcessor(Device device) {
        this.device = device;
    }

    void exclusively(Runnable change) {
        configuration.writeLock().lock();
        try {
            change.run();
        } finally {
            configuration.writeLock().unlock();
        }
    }

    /** Processes one message; off-heap for the time being, as the wire formats are. */
    void process(HandshakeMessage message, boolean underLoad) {
        long address = Memory.allocate(message.bytes().length, 64);
        configuration.readLock().lock();
        try {
            Memory.copy(message.bytes(), 0, address, message.bytes().length);
            if (Message.type(address) == Message.HANDSHAKE_COOKIE) {
                cookieReply(address);
            } else if (isAdmitted(message, address, underLoad)) {
                if (Message.type(address) == Message.HANDSHAKE_INITIATION) {
                    initiation(message, address);
                } else {
                    response(message, address);
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

    private void cookieReply(long address) {
        Object entry = device.indexTable().lookup(CookieReply.receiver(address));
        Peer peer = switch (entry) {
            case Handshake handshake -> (Peer) handshake.owner();
            case Keypair keypair -> (Peer) keypair.owner();
            case null, default -> null;
        };
        if (peer != null) {
            peer.cookies().consumeReply(address, device.platform().clock().nanos());
        }
    }

    private void initiation(HandshakeMessage message, long address) {
        StaticIdentity identity = device.identity();
        Handshake handshake = Handshake.consumeInitiation(
                identity,
                address,
                key -> device.handshakeOf(key),
                device.platform().clock());
        if (handshake == null) {
            return;
        }
        Peer peer = (Peer) handshake.owner();
        byte[] response = new byte[HandshakeResponse.BYTES];
        long target = Memory.allocate(HandshakeResponse.BYTES, 64);
        Keypair keypair;
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
            deliver(
                    peer,
                    keypair,
                    () -> peer.sessionAsResponder(keypair, message.from(), message.bytes().length, response));
        }
    }

    private void response(HandshakeMessage message, long address) {
        int index = HandshakeResponse.receiver(address);
        if (!(device.indexTable().lookup(index) instanceof Handshake handshake)) {
            return;
        }
        Peer peer = (Peer) handshake.owner();
        Keypair keypair;
        synchronized (handshake) {
            keypair = handshake.consumeResponse(device.identity(), address) ? beginSession(peer, index) : null;
        }
        if (keypair != null) {
            deliver(peer, keypair, () -> peer.sessionAsInitiator(keypair, message.from(), message.bytes().length));
        }
    }

    /** Posts to the peer's home; a session that cannot be delivered is taken back. */
    private void deliver(Peer peer, Keypair keypair, Runnable install) {
        if (!peer.home().post(install)) {
            device.dropIndex(keypair.localIndex());
            keypair.release();
        }
    }

    /** Makes the keypair of a finished handshake, and lets it be looked up by the same index. */
    private Keypair beginSession(Peer peer, int index) {
        Handshake handshake = peer.handshake();
        Keypair keypair =
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

    /** Makes an initiation and has the peer's home send it. */
    void initiate(Peer peer) {
        byte[] initiation = new byte[HandshakeInitiation.BYTES];
        long target = Memory.allocate(HandshakeInitiation.BYTES, 64);
        Handshake handshake = peer.handshake();
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
        peer.home().post(() -> peer.initiationCreated(initiation));
    }

    private void addMacs(Peer peer, long message, int length) {
        peer.cookies().addMacs(message, length, device.platform().clock().nanos());
    }

    /** Forgets a peer's handshake and, when the peer is removed, all its secrets. */
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
