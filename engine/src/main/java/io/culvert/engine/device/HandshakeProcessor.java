// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

import io.culvert.engine.device.HandshakeQueue.HandshakeMessage;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.HandshakeFailure;
import io.culvert.engine.noise.IndexEntry;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.natives.Memory;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Processes handshake messages: consumes them, creates responses and initiations, and gives the results to the peers'
 * homes, which alone install keys and send. Any handshake thread.
 *
 * <p>Locks, in this order: {@code configuration} is held for reading while a message is processed, and for writing
 * while the private key or the set of peers changes. The monitor of a peer's {@link Handshake} is held over the steps
 * of one message, so that two messages of one peer do not interleave. The data path takes neither.
 */
final class HandshakeProcessor {
    private static final Logger LOG = System.getLogger(HandshakeProcessor.class.getName());
    private static final long REFUSAL_LOG_NANOS = 60_000_000_000L;

    private final Device device;
    /** When a session was last refused, to log one in a minute. Any handshake thread, atomically. */
    private final AtomicLong lastRefusal;

    private final ReadWriteLock configuration = new ReentrantReadWriteLock();

    HandshakeProcessor(Device device) {
        this.device = device;
        lastRefusal = new AtomicLong(device.platform().clock().nanos() - REFUSAL_LOG_NANOS);
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

    /** Processes a message that was accepted, in a copy off the heap as the classes of the wire formats need it. */
    void process(HandshakeMessage message) {
        long address = copy(message);
        try {
            consume(message, address);
        } finally {
            Memory.free(address);
        }
    }

    /** Checks a message that a worker received, and processes it if it is accepted. */
    void check(HandshakeMessage message, HandshakeFilter filter, boolean underLoad, HandshakeLoad load) {
        long address = copy(message);
        int length = message.bytes().length;
        long now = device.platform().clock().nanos();
        try {
            switch (filter.check(address, length, message.from(), underLoad, now)) {
                case ACCEPT -> {
                    filter.count(HandshakeOutcome.ACCEPTED);
                    consume(message, address);
                }
                case ASK_FOR_COOKIE -> {
                    load.asked(1, now);
                    replyWithCookie(message, filter.cookieReply(address, length, message.from(), now));
                }
                default -> {
                    // REFUSE: the filter has counted it.
                }
            }
        } finally {
            Memory.free(address);
        }
    }

    private static long copy(HandshakeMessage message) {
        long address = Memory.allocate(message.bytes().length, 64);
        Memory.copy(message.bytes(), 0, address, message.bytes().length);
        return address;
    }

    private void consume(HandshakeMessage message, long address) {
        configuration.readLock().lock();
        try {
            switch (Message.type(address)) {
                case Message.HANDSHAKE_INITIATION -> consumeInitiation(message, address);
                case Message.HANDSHAKE_RESPONSE -> consumeResponse(message, address);
                default -> consumeCookieReply(address);
            }
        } finally {
            configuration.readLock().unlock();
        }
    }

    private static void replyWithCookie(HandshakeMessage message, long reply) {
        if (reply != 0) {
            byte[] bytes = new byte[CookieReply.BYTES];
            Memory.copy(reply, bytes, 0, bytes.length);
            message.worker().post(() -> message.worker().sendMessage(bytes, message.from(), 0, null));
        }
    }

    private void consumeCookieReply(long address) {
        IndexEntry<Peer> entry = device.indexTable().lookup(CookieReply.receiver(address));
        if (entry != null) {
            Peer peer = entry.owner();
            if (!peer.cookies().consumeReply(address, device.platform().clock().nanos())) {
                device.listeners().failed(HandshakeFailure.WRONG_COOKIE, peer.publicKey());
            }
        }
    }

    private void consumeInitiation(HandshakeMessage message, long address) {
        StaticIdentity identity = device.identity();
        Handshake<Peer> handshake = Handshake.consumeInitiation(
                identity,
                address,
                key -> device.handshakeOf(key),
                device.platform().clock(),
                device.listeners());
        if (handshake == null) {
            return;
        }
        Peer peer = handshake.owner();
        byte[] response = new byte[HandshakeResponse.BYTES];
        long target = Memory.allocate(HandshakeResponse.BYTES, 64);
        Keypair<Peer> keypair;
        try {
            synchronized (handshake) {
                if (!hasMemory(peer)) {
                    return;
                }
                int index = device.indexTable().insert(handshake, peer.home().id(), peer.receiveSocket());
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
            peer.giveResult(() -> peer.sessionAsResponder(keypair, message.from(), message.bytes().length, response));
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
            boolean accepted = handshake.consumeResponse(device.identity(), address);
            keypair = accepted ? beginSession(peer, index) : null;
            if (!accepted) {
                device.listeners().failed(HandshakeFailure.WRONG_RESPONSE, peer.publicKey());
            }
        }
        if (keypair != null) {
            peer.giveResult(() -> peer.sessionAsInitiator(keypair, message.from(), message.bytes().length));
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
        peer.timers().prepare();
        if (!device.indexTable().replace(index, handshake, keypair)) {
            keypair.release();
            return null;
        }
        return keypair;
    }

    /** Does what a peer's home has asked for: forgets the handshake, creates an initiation, or both in this order. */
    void runTasks(Peer peer) {
        byte[] initiation = null;
        configuration.readLock().lock();
        try {
            synchronized (peer.handshake()) {
                int tasks = peer.takeTasks();
                if ((tasks & HandshakeExchange.CLEAR) != 0) {
                    clear(peer);
                }
                if ((tasks & HandshakeExchange.INITIATE) != 0 && !peer.isDead() && hasMemory(peer)) {
                    initiation = createInitiation(peer);
                }
            }
        } finally {
            configuration.readLock().unlock();
        }
        if (initiation != null) {
            byte[] message = initiation;
            peer.giveResult(() -> peer.sendInitiation(message));
        }
    }

    private byte[] createInitiation(Peer peer) {
        long target = Memory.allocate(HandshakeInitiation.BYTES, 64);
        try {
            int index = device.indexTable().insert(peer.handshake(), peer.home().id(), peer.receiveSocket());
            if (!peer.handshake()
                    .createInitiation(target, index, device.platform().clock(), random())) {
                device.dropIndex(index);
                return null;
            }
            addMacs(peer, target, HandshakeInitiation.BYTES);
            byte[] initiation = new byte[HandshakeInitiation.BYTES];
            Memory.copy(target, initiation, 0, initiation.length);
            return initiation;
        } finally {
            Memory.free(target);
        }
    }

    /** Takes the memory of a peer's sessions, or forgets the handshake, which would lead to no session. */
    private boolean hasMemory(Peer peer) {
        if (peer.hasSessionMemory() || device.memory().trySession()) {
            peer.setSessionMemory(true);
            return true;
        }
        peer.handshake().clear();
        device.listeners().failed(HandshakeFailure.NO_MEMORY, peer.publicKey());
        long now = device.platform().clock().nanos();
        long last = lastRefusal.get();
        if (now - last >= REFUSAL_LOG_NANOS && lastRefusal.compareAndSet(last, now)) {
            LOG.log(
                    Level.WARNING,
                    "no memory for a session with peer {0}: {1} handshakes without an answer so far; the sessions that"
                            + " exist go on. Give the process more memory, or the JVM more heap (-Xmx)",
                    peer.publicKey().toBase64(),
                    device.memory().refusedSessions());
        }
        return false;
    }

    private void addMacs(Peer peer, long message, int length) {
        peer.cookies().addMacs(message, length, device.platform().clock().nanos());
    }

    /** Forgets a peer's handshake, whose monitor is held, and all its secrets if the peer was removed. */
    private void clear(Peer peer) {
        if (peer.isDead()) {
            peer.handshake().close();
            if (peer.hasSessionMemory()) {
                peer.setSessionMemory(false);
                device.memory().endSession();
            }
        } else {
            peer.handshake().clear();
        }
    }

    private RandomSource random() {
        return device.platform().random();
    }
}
