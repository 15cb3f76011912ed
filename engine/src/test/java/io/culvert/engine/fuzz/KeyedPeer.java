// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.fuzz;

import io.culvert.crypto.Aead;
import io.culvert.engine.cookie.CookieGenerator;
import io.culvert.engine.device.PeerUpdate;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.message.HandshakeInitiation;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.Handshake;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.Secret;
import io.culvert.engine.noise.StaticIdentity;
import io.culvert.engine.routing.Prefix;
import io.culvert.engine.testkit.Address;
import io.culvert.engine.testkit.Datagram;
import io.culvert.engine.testkit.Node;
import io.culvert.engine.testkit.SeededRandom;
import io.culvert.engine.testkit.Simulation;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** A peer of a node that has its keys and nothing else: it seals what it likes, and shows what it got. */
final class KeyedPeer implements AutoCloseable {
    /** Allowed for the peer, as IPv4 and IPv6. */
    static final byte[] INNER4 = address("10.9.0.1");

    static final byte[] INNER6 = address("fd09::1");

    private static final Address OUTER = Address.of("192.0.2.200", 1234);
    private static final int INDEX = 0x4242;

    private final Simulation simulation;
    private final Node node;
    private final StaticIdentity identity;
    private final Handshake<KeyedPeer> handshake;
    private final Keypair<KeyedPeer> keypair;
    private final Aead aead = Simulation.AEADS.create();

    /** Makes itself a peer of a node, and completes a handshake that it initiates. */
    KeyedPeer(Simulation simulation, Node node) {
        this.simulation = simulation;
        this.node = node;
        SeededRandom random = new SeededRandom(77);
        try (Secret key = Secret.privateKey(random)) {
            identity = new StaticIdentity(key);
        }
        node.apply(new PeerUpdate(
                identity.publicKey(),
                false,
                false,
                null,
                OUTER.toSocketAddress(),
                OptionalInt.empty(),
                false,
                List.of(allowed(INNER4), allowed(INNER6))));
        handshake = new Handshake<>(node.publicKey(), this, index -> {});
        handshake.setIdentity(identity);
        simulation.network().sent();
        try (Guarded initiation = new Guarded(HandshakeInitiation.BYTES)) {
            check(handshake.createInitiation(initiation.address, INDEX, simulation.clock(), random));
            new CookieGenerator(node.publicKey())
                    .addMacs(
                            initiation.address,
                            initiation.length,
                            simulation.clock().nanos());
            send(initiation.bytes(initiation.length), 0);
        }
        simulation.runUntilIdle();
        byte[] response = sent(Message.HANDSHAKE_RESPONSE).getFirst();
        try (Guarded memory = new Guarded(Arrays.copyOf(response, HandshakeResponse.BYTES))) {
            check(handshake.consumeResponse(identity, memory.address));
        }
        keypair = handshake.beginSession(INDEX, simulation.clock().nanos());
    }

    private static byte[] address(String text) {
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static PeerUpdate.AllowedIp allowed(byte[] address) {
        return new PeerUpdate.AllowedIp(Prefix.of(address, 8 * address.length), false);
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new AssertionError("no handshake");
        }
    }

    /** Sends a datagram to the node. */
    void send(byte[] payload, int ecn) {
        simulation.network().inject(new Datagram(payload, OUTER, node.outer4, ecn, 0));
    }

    /** A data message with any content. */
    byte[] seal(long counter, byte[] plaintext) {
        try (Guarded message = new Guarded(DataMessage.HEADER_BYTES + plaintext.length + DataMessage.TAG_BYTES)) {
            DataMessage.write(message.address, keypair.remoteIndex(), counter);
            long payload = message.address + DataMessage.HEADER_BYTES;
            io.culvert.natives.Memory.copy(plaintext, 0, payload, plaintext.length);
            aead.seal(
                    keypair.sendKey(),
                    new long[] {counter},
                    new long[] {payload},
                    new long[] {payload},
                    new int[] {plaintext.length},
                    1);
            return message.bytes(message.length);
        }
    }

    /** The contents of the data messages that the node has sent since the last call, in their order, padded. */
    List<byte[]> received() {
        List<byte[]> contents = new ArrayList<>();
        long next = 0;
        for (byte[] message : sent(Message.DATA)) {
            try (Guarded memory = new Guarded(message)) {
                long payload = memory.address + DataMessage.HEADER_BYTES;
                int length = message.length - DataMessage.HEADER_BYTES - DataMessage.TAG_BYTES;
                long counter = DataMessage.counter(memory.address);
                check(DataMessage.receiver(memory.address) == INDEX && counter >= next);
                next = counter + 1;
                long failed = aead.open(
                        keypair.receiveKey(),
                        new long[] {counter},
                        new long[] {payload},
                        new long[] {payload},
                        new int[] {length},
                        1);
                check(failed == 0);
                contents.add(Arrays.copyOfRange(
                        memory.bytes(message.length), DataMessage.HEADER_BYTES, DataMessage.HEADER_BYTES + length));
            }
        }
        return contents;
    }

    private List<byte[]> sent(int type) {
        return simulation.network().sent().stream()
                .filter(datagram -> datagram.type() == type)
                .map(Datagram::payload)
                .toList();
    }

    @Override
    public void close() {
        keypair.release();
        handshake.close();
        identity.release();
        aead.close();
    }
}
