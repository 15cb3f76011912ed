// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import io.culvert.crypto.ChaCha20Poly1305;
import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.io.RandomSource;
import io.culvert.engine.linux.SystemClock;
import io.culvert.engine.linux.SystemRandom;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.TreeMap;

/** A peer of a daemon that speaks WireGuard in this process, so that a test knows the keys of its sessions. */
final class OwnPeer implements AutoCloseable {
    private static final int DATA_BYTES = 32;

    private final SystemClock clock = new SystemClock();
    private final RandomSource random = new SystemRandom();
    private final StaticIdentity identity;
    private final PublicKey daemon;
    private final Handshake<OwnPeer> handshake;
    private final DatagramChannel channel;
    private final InetSocketAddress address;
    private final Map<String, byte[]> sessionKeys = new TreeMap<>();
    private int sessions;

    private OwnPeer(byte[] privateKey, PublicKey daemon, byte[] presharedKey, Namespace namespace, InetSocketAddress to)
            throws IOException {
        this.daemon = daemon;
        address = to;
        try (Secret key = new Secret(privateKey);
                Secret preshared = new Secret(presharedKey)) {
            identity = new StaticIdentity(key);
            handshake = new Handshake<>(daemon, this, index -> {});
            handshake.setIdentity(identity);
            handshake.setPresharedKey(preshared);
        }
        channel = Unchecked.call(() -> namespace.network().call(DatagramChannel::open));
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
        channel.socket().setSoTimeout(2000);
    }

    static OwnPeer create(
            byte[] privateKey, PublicKey daemon, byte[] presharedKey, Namespace namespace, String address, int port) {
        return Unchecked.call(
                () -> new OwnPeer(privateKey, daemon, presharedKey, namespace, new InetSocketAddress(address, port)));
    }

    /** The keys of all sessions so far, with names. */
    Map<String, byte[]> sessionKeys() {
        return sessionKeys;
    }

    /** Begins a new session, and confirms it by an empty message. */
    void beginSession() {
        Unchecked.call(() -> {
            begin(++sessions);
            return null;
        });
    }

    private void begin(int index) throws IOException {
        long message = Memory.allocate(HandshakeInitiation.BYTES, 8);
        try {
            handshake.createInitiation(message, index, clock, random);
            new CookieGenerator(daemon).addMacs(message, HandshakeInitiation.BYTES, clock.nanos());
            send(message, HandshakeInitiation.BYTES);
            receiveResponse(message);
            if (!handshake.consumeResponse(identity, message)) {
                throw new AssertionError("the response does not answer the initiation");
            }
            Keypair<OwnPeer> keypair = handshake.beginSession(index, clock.nanos());
            sessionKeys.put("session " + index + " to the daemon", key(keypair.sendKey()));
            sessionKeys.put("session " + index + " from the daemon", key(keypair.receiveKey()));
            confirm(keypair, message);
            keypair.release();
        } finally {
            Memory.free(message);
        }
    }

    private void receiveResponse(long target) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(2048);
        do {
            buffer.clear();
            channel.socket().receive(new DatagramPacket(buffer.array(), buffer.capacity()));
        } while (buffer.order(ByteOrder.LITTLE_ENDIAN).getInt(0) != 2);
        Memory.copy(buffer.array(), 0, target, HandshakeResponse.BYTES);
    }

    private void confirm(Keypair<OwnPeer> keypair, long message) throws IOException {
        Memory.zero(message, HandshakeInitiation.BYTES);
        Memory.putInt(message, 4);
        Memory.putInt(message + 4, keypair.remoteIndex());
        // The nonce, all zero, and no additional data.
        long zeros = message + 64;
        ChaCha20Poly1305.seal(keypair.sendKey(), zeros, zeros, 0, zeros, 0, message + 16);
        send(message, DATA_BYTES);
    }

    private void send(long message, int length) throws IOException {
        byte[] bytes = new byte[length];
        Memory.copy(message, bytes, 0, length);
        channel.send(ByteBuffer.wrap(bytes), address);
    }

    private static byte[] key(long address) {
        byte[] key = new byte[Secret.BYTES];
        Memory.copy(address, key, 0, key.length);
        return key;
    }

    @Override
    public void close() {
        handshake.close();
        identity.release();
        Unchecked.call(() -> {
            channel.close();
            return null;
        });
    }
}
