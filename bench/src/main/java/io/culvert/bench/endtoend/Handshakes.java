// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Tunnel;
import io.culvert.bench.endtoend.implementation.WireGuard;
import io.culvert.daemon.testbed.Shell;
import io.culvert.engine.message.CookieReply;
import io.culvert.engine.message.HandshakeResponse;
import io.culvert.engine.message.Message;
import io.culvert.engine.noise.PublicKey;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;

/**
 * The handshakes that one end answers per second. It has {@value #PEERS} peers, each of which sends one initiation that
 * was created beforehand. At most {@value #WINDOW} initiations are outstanding, so that the responder is not under load
 * and asks for no cookies. A cookie reply, or no reply within a second, counts as not answered.
 */
final class Handshakes implements Measurement {
    private static final int PEERS = 2000;
    private static final int WINDOW = 32;
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int MAX_MESSAGE = 256;
    private static final int RESPONSE_RECEIVER = 8;
    private static final int COOKIE_RECEIVER = 4;

    @Override
    public boolean needsWireGuard() {
        return true;
    }

    @Override
    public double duration(int seconds) {
        return 6;
    }

    @Override
    public List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException {
        WireGuard.End end = tunnel.wireGuardEnds().get(1);
        PublicKey responder = new PublicKey(Base64.getDecoder().decode(end.publicKey()));
        List<Initiation> initiations = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            initiations.add(Initiation.to(responder, i));
        }
        Shell.run(peers(initiations), tunnel.in(1, "wg", "addconf", end.device(), "/dev/stdin"));
        InetSocketAddress address = new InetSocketAddress(tunnel.outside(1), WireGuard.PORT);
        try (DatagramChannel channel =
                tunnel.namespace(0).call(() -> DatagramChannel.open().connect(address))) {
            return exchange(channel, initiations);
        }
    }

    private static String peers(List<Initiation> initiations) {
        StringBuilder text = new StringBuilder();
        for (Initiation one : initiations) {
            text.append("[Peer]\nPublicKey=%s\nAllowedIPs=10.200.%d.%d/32\n"
                    .formatted(
                            Base64.getEncoder().encodeToString(one.publicKey().toBytes()),
                            one.index() >> 8,
                            one.index() & 255));
        }
        return text.toString();
    }

    private static List<Sample> exchange(DatagramChannel channel, List<Initiation> initiations) throws IOException {
        ByteBuffer message = ByteBuffer.allocate(MAX_MESSAGE).order(ByteOrder.LITTLE_ENDIAN);
        BitSet waiting = new BitSet();
        int sent = 0;
        int answered = 0;
        channel.socket().setSoTimeout(TIMEOUT_MILLIS);
        long begin = System.nanoTime();
        while (sent < initiations.size() || !waiting.isEmpty()) {
            while (sent < initiations.size() && waiting.cardinality() < WINDOW) {
                Initiation next = initiations.get(sent++);
                channel.write(ByteBuffer.wrap(next.message()));
                waiting.set(next.index());
            }
            boolean received = receive(channel, message);
            int type = received && message.limit() >= Integer.BYTES ? message.getInt(0) : 0;
            if (!received) {
                waiting.clear();
            } else if (type == Message.HANDSHAKE_RESPONSE && message.limit() == HandshakeResponse.BYTES) {
                int index = message.getInt(RESPONSE_RECEIVER);
                answered += index >= 0 && waiting.get(index) ? 1 : 0;
                waiting.clear(Math.max(index, 0));
            } else if (type == Message.HANDSHAKE_COOKIE && message.limit() == CookieReply.BYTES) {
                waiting.clear(Math.max(message.getInt(COOKIE_RECEIVER), 0));
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (answered == 0) {
            throw new IOException("no initiation was answered");
        }
        return List.of(
                Sample.gain("handshakes", "1/s", answered / seconds),
                Sample.gain("answered", "%", 100.0 * answered / initiations.size()));
    }

    /** Receives the next message; {@code false} if none arrives within a second. */
    private static boolean receive(DatagramChannel channel, ByteBuffer message) throws IOException {
        DatagramPacket packet = new DatagramPacket(message.array(), message.capacity());
        try {
            channel.socket().receive(packet);
        } catch (SocketTimeoutException e) {
            return false;
        }
        message.clear().limit(packet.getLength());
        return true;
    }
}
