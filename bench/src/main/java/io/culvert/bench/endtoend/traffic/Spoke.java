// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.crypto.Aead;
import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.engine.message.DataMessage;
import io.culvert.engine.noise.PublicKey;
import io.culvert.engine.noise.Secret;
import io.culvert.natives.Memory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A light peer of a hub: a session, a UDP socket of its own, and UDP packets inside the tunnel, without an interface.
 * It numbers its packets; the hub's host sends each back. For one thread.
 *
 * <pre>
 *   | WireGuard header 16 | IPv4 20 | UDP 8 | number 8 | time 8 | zeros | padding | tag 16 |
 * </pre>
 */
final class Spoke implements AutoCloseable {
    /** Bytes of headers, number and time inside the tunnel. */
    static final int LEAST_PACKET = 44;

    private static final int IPV4_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int UDP = 17;
    private static final int PORT = 7000;
    private static final int PADDING = 16;

    private final UdpSockets sockets;
    private final Endpoint hub;
    private final Session session;
    private final int packet;
    private final int padded;
    private final long template;
    private final Window window = new Window();
    private final long[] counters = new long[Batch.CAPACITY];
    private final long[] sources = new long[Batch.CAPACITY];
    private final int[] lengths = new int[Batch.CAPACITY];
    /** The answers so far; another thread may read it for a figure that need not be exact. */
    private volatile long answers;

    /**
     * A peer.
     *
     * @param outside its address outside of the tunnel
     * @param port its UDP port
     * @param inside its address in the tunnel
     * @param packet bytes of its packets in the tunnel
     */
    record Identity(Secret privateKey, String outside, int port, String inside, int packet) {}

    /**
     * Does the handshake.
     *
     * @param index below 2^24, which the hub uses as receiver index
     * @param hubAddress of the hub outside
     * @param host the hub's host inside, to which packets go
     */
    Spoke(
            NetworkNamespace namespace,
            Identity identity,
            PublicKey hubKey,
            InetSocketAddress hubAddress,
            InetSocketAddress host,
            int index)
            throws IOException, InterruptedException {
        packet = identity.packet;
        padded = (packet + PADDING - 1) / PADDING * PADDING;
        sockets = UdpSockets.open(namespace, identity.outside, identity.port, 1);
        hub = new Endpoint(hubAddress);
        try {
            session = new Session(sockets, hub, hubKey, identity.privateKey, index);
        } catch (IOException | RuntimeException e) {
            hub.close();
            sockets.close();
            throw e;
        }
        template = Memory.allocate(padded, Long.BYTES);
        writeTemplate(InetAddress.getByName(identity.inside).getAddress(), host);
    }

    private void writeTemplate(byte[] source, InetSocketAddress host) {
        Memory.putByte(template, (byte) 0x45);
        Memory.putShortBE(template + 2, packet);
        Memory.putByte(template + 8, (byte) 64);
        Memory.putByte(template + 9, (byte) UDP);
        Memory.copy(source, 0, template + 12, source.length);
        Memory.copy(host.getAddress().getAddress(), 0, template + 16, source.length);
        Memory.putShortBE(template + 10, ~fold(sum(template, IPV4_HEADER)));
        long udp = template + IPV4_HEADER;
        Memory.putShortBE(udp, PORT);
        Memory.putShortBE(udp + 2, host.getPort());
        Memory.putShortBE(udp + 4, packet - IPV4_HEADER);
    }

    /** The sum of 16-bit words (RFC 1071); {@code bytes} is even. */
    static int sum(long at, int bytes) {
        int sum = 0;
        for (int i = 0; i < bytes; i += 2) {
            sum += Memory.getShortBE(at + i);
        }
        return sum;
    }

    static int fold(int sum) {
        int folded = (sum & 0xffff) + (sum >>> 16);
        return (folded & 0xffff) + (folded >>> 16);
    }

    int file() {
        return sockets.file(0);
    }

    /** Waits until it can receive, for at most {@code millis}. */
    boolean await(int millis) {
        return sockets.await(millis);
    }

    long answers() {
        return answers;
    }

    /** Sends what the window permits. */
    void sendWindow(Batch batch, Aead aead, long now) {
        window.expire(now);
        int count = Math.min(window.open(), Batch.CAPACITY);
        if (count > 0) {
            send(batch, aead, window.next(), count, now);
            window.sent(count, now);
        }
    }

    /** Sends packets with numbers from {@code first} on. */
    void send(Batch batch, Aead aead, long first, int count, long now) {
        long nonce = session.takeNonces(count);
        for (int i = 0; i < count; i++) {
            long message = batch.buffer(i);
            DataMessage.write(message, session.remoteIndex(), nonce + i);
            counters[i] = nonce + i;
            sources[i] = message + DataMessage.HEADER_BYTES;
            lengths[i] = padded;
            writePacket(sources[i], first + i, now);
            batch.setLength(i, DataMessage.HEADER_BYTES + padded + DataMessage.TAG_BYTES);
            batch.setDestination(i, hub);
        }
        aead.seal(session.sendKey(), counters, sources, sources, lengths, count);
        batch.send(file(), count);
    }

    private void writePacket(long at, long number, long now) {
        Memory.copy(template, at, padded);
        long udp = at + IPV4_HEADER;
        Memory.putLong(udp + UDP_HEADER, number);
        Memory.putLong(udp + UDP_HEADER + Long.BYTES, now);
        // The pseudo-header has the addresses, the protocol, and the length of the datagram (RFC 768).
        int sum = sum(at + 12, 8) + UDP + packet - IPV4_HEADER;
        int checksum = ~fold(sum + sum(udp, UDP_HEADER + 2 * Long.BYTES)) & 0xffff;
        Memory.putShortBE(udp + 6, checksum == 0 ? 0xffff : checksum);
    }

    /** Receives answers of {@code times}, if it is not null, the round trips are recorded. */
    void receive(Batch batch, Aead aead, RoundTripLog times) {
        int count = collect(batch, batch.receive(file()));
        if (count == 0) {
            return;
        }
        long failed = aead.open(session.receiveKey(), counters, sources, sources, lengths, count);
        long now = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if ((failed >>> i & 1) == 0) {
                long payload = sources[i] + IPV4_HEADER + UDP_HEADER;
                window.answered(Memory.getLong(payload), now);
                answers++;
                if (times != null) {
                    times.add(now - Memory.getLong(payload + Long.BYTES));
                }
            }
        }
    }

    /** Notes the answers among received messages: the hub also sends keepalives and handshakes. */
    private int collect(Batch batch, int received) {
        int count = 0;
        for (int i = 0; i < received; i++) {
            long message = batch.buffer(i);
            int length = batch.received(i);
            if (DataMessage.isData(message, length)
                    && length == DataMessage.HEADER_BYTES + padded + DataMessage.TAG_BYTES) {
                counters[count] = DataMessage.counter(message);
                sources[count] = message + DataMessage.HEADER_BYTES;
                lengths[count] = padded;
                count++;
            }
        }
        return count;
    }

    @Override
    public void close() {
        session.close();
        sockets.close();
        hub.close();
        Memory.free(template);
    }
}
