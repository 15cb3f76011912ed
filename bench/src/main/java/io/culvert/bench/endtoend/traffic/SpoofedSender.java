// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Sends UDP datagrams over IPv4 with source addresses of its choice, as fast as one thread can, from its construction
 * until it is closed. Sources are spread over {@value #SOURCES} in CIDR notation, and over all ports from 1024 on.
 */
public final class SpoofedSender implements AutoCloseable {
    /** The network of the source addresses. */
    public static final String SOURCES = "11.0.0.0/8";

    private static final int FIRST_SOURCE = 11 << 24;
    private static final int SOURCE_BITS = 24;
    /** IPPROTO_RAW: the kernel sends packets whose IPv4 header is given, and adds checksum and length (raw(7)). */
    private static final int IPPROTO_RAW = 255;

    private static final int IPV4_HEADER = 20;
    private static final int VERSION_AND_LENGTH = 0x45;
    private static final int TIME_TO_LIVE = 64;
    private static final int UDP = 17;
    private static final int UDP_HEADER = 8;
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 65_536 - FIRST_PORT;
    private static final int SEND_BUFFER = 8 << 20;

    private final byte[][] messages;
    private final Endpoint target;
    private final int targetAddress;
    private final int port;
    private final int file;
    private final Thread thread;
    private final long began = System.nanoTime();
    /** The sending thread writes; {@link #rate} reads, for a figure that need not be exact. */
    private volatile long sent;
    /** Set by {@link #close}; the sending thread reads. */
    private volatile boolean closed;

    /**
     * Begins to send.
     *
     * @param from the namespace that sends
     * @param messages payloads, sent one after another
     */
    public SpoofedSender(NetworkNamespace from, InetSocketAddress to, List<byte[]> messages)
            throws IOException, InterruptedException {
        this.messages = messages.toArray(byte[][]::new);
        target = new Endpoint(new InetSocketAddress(to.getAddress(), 0));
        targetAddress = number(to.getAddress());
        port = to.getPort();
        file = from.call(() -> Linux.socket(linux_h.AF_INET, linux_h.SOCK_RAW, IPPROTO_RAW));
        Linux.setsockopt(file, linux_h.SOL_SOCKET, linux_h.SO_SNDBUFFORCE, SEND_BUFFER);
        thread = Thread.ofPlatform().daemon().name("flood").start(this::send);
    }

    private static int number(InetAddress address) {
        byte[] bytes = address.getAddress();
        return (bytes[0] & 255) << 24 | (bytes[1] & 255) << 16 | (bytes[2] & 255) << 8 | bytes[3] & 255;
    }

    private void send() {
        try (Batch batch = new Batch()) {
            long random = System.nanoTime() | 1;
            int next = 0;
            while (!closed) {
                for (int i = 0; i < Batch.CAPACITY; i++) {
                    // Marsaglia, Xorshift RNGs (2003): fast, and random enough for addresses.
                    random ^= random << 13;
                    random ^= random >>> 7;
                    random ^= random << 17;
                    byte[] message = messages[next++ % messages.length];
                    batch.setLength(i, write(batch.buffer(i), message, random));
                    batch.setDestination(i, target);
                }
                batch.send(file, Batch.CAPACITY);
                sent += Batch.CAPACITY;
            }
        }
    }

    /** Writes a packet at {@code at}, and returns its length. */
    private int write(long at, byte[] message, long random) {
        int source = FIRST_SOURCE | (int) (random & (1 << SOURCE_BITS) - 1);
        int sourcePort = FIRST_PORT + (int) ((random >>> SOURCE_BITS) % PORTS);
        return packet(at, source, sourcePort, targetAddress, port, message);
    }

    /** Writes an IPv4 packet with a UDP datagram without checksum; returns its length. */
    static int packet(long at, int source, int sourcePort, int target, int port, byte[] message) {
        Memory.zero(at, IPV4_HEADER + UDP_HEADER);
        Memory.putByte(at, (byte) VERSION_AND_LENGTH);
        Memory.putShortBE(at + 2, IPV4_HEADER + UDP_HEADER + message.length);
        Memory.putByte(at + 8, (byte) TIME_TO_LIVE);
        Memory.putByte(at + 9, (byte) UDP);
        Memory.putIntBE(at + 12, source);
        Memory.putIntBE(at + 16, target);
        long udp = at + IPV4_HEADER;
        Memory.putShortBE(udp, sourcePort);
        Memory.putShortBE(udp + 2, port);
        Memory.putShortBE(udp + 4, UDP_HEADER + message.length);
        Memory.copy(message, 0, udp + UDP_HEADER, message.length);
        return IPV4_HEADER + UDP_HEADER + message.length;
    }

    /** The packets sent per second so far. */
    public double rate() {
        return sent * 1e9 / (System.nanoTime() - began);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Linux.close(file);
        target.close();
    }
}
