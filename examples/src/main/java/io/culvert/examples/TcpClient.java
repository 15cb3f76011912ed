// SPDX-License-Identifier: Apache-2.0
package io.culvert.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A TCP connection in user space, enough for one request and its response: it sends one segment at a time, repeats it
 * until it is acknowledged, and takes what arrives in order. A real program would use a whole TCP/IP stack.
 */
final class TcpClient {
    private static final int FIRST_PORT = 49_152;
    private static final int PORTS = 16_384;
    private static final int WINDOW = 65_535;
    /** An MTU of 1420 less the headers of IPv4 and TCP. */
    private static final int MAX_SEGMENT = 1380;

    private static final int FIRST_TIMEOUT_MILLIS = 500;
    private static final int LAST_TIMEOUT_MILLIS = 8_000;
    /** For how long a server may send nothing while a response is awaited. */
    private static final int IDLE_MILLIS = 20_000;

    private final PacketPipe pipe;
    private final String local;
    private final String remote;
    private final int localPort = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
    private final int remotePort;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private int nextToSend = ThreadLocalRandom.current().nextInt();
    private int nextExpected;
    private boolean ended;

    TcpClient(PacketPipe pipe, String local, String remote, int remotePort) {
        this.pipe = pipe;
        this.local = local;
        this.remote = remote;
        this.remotePort = remotePort;
    }

    /** Opens a connection, sends a request of one segment, and returns all that the server sends until it closes. */
    byte[] exchange(byte[] request) throws IOException, InterruptedException {
        if (request.length > MAX_SEGMENT) {
            throw new IOException("a request of " + request.length + " bytes does not fit a segment");
        }
        deliver(TcpSegment.SYN, new byte[0]);
        deliver(TcpSegment.ACK, request);
        long deadline = System.nanoTime() + IDLE_MILLIS * 1_000_000L;
        while (!ended) {
            int before = nextExpected;
            receive(LAST_TIMEOUT_MILLIS);
            if (nextExpected != before) {
                deadline = System.nanoTime() + IDLE_MILLIS * 1_000_000L;
            } else if (System.nanoTime() > deadline) {
                throw new IOException(remote + " sent nothing for " + IDLE_MILLIS + " ms");
            }
        }
        deliver(TcpSegment.ACK | TcpSegment.FIN, new byte[0]);
        return received.toByteArray();
    }

    /** Sends a segment, again with doubled timeouts, until it is acknowledged. */
    private void deliver(int flags, byte[] data) throws IOException, InterruptedException {
        int end = segment(flags, data).end();
        for (int timeout = FIRST_TIMEOUT_MILLIS; timeout <= LAST_TIMEOUT_MILLIS; timeout *= 2) {
            send(segment(flags, data));
            long deadline = System.nanoTime() + timeout * 1_000_000L;
            for (long left = timeout; left > 0; left = (deadline - System.nanoTime()) / 1_000_000L) {
                TcpSegment answer = receive(left);
                if (answer != null && answer.has(TcpSegment.ACK) && answer.acknowledged() == end) {
                    nextToSend = end;
                    return;
                }
            }
        }
        throw new IOException(remote + " did not answer on TCP port " + remotePort);
    }

    private TcpSegment segment(int flags, byte[] data) {
        return new TcpSegment(localPort, remotePort, nextToSend, nextExpected, flags, WINDOW, data);
    }

    private void send(TcpSegment segment) throws InterruptedException {
        pipe.send(segment.toPacket(local, remote, MAX_SEGMENT));
    }

    /** Takes the next segment of this connection and acknowledges what is new in it; {@code null} if none comes. */
    private TcpSegment receive(long millis) throws IOException, InterruptedException {
        var packet = pipe.receive(millis);
        TcpSegment segment = packet == null ? null : TcpSegment.parse(packet);
        if (segment == null || segment.sourcePort() != remotePort || segment.destinationPort() != localPort) {
            return null;
        }
        if (segment.has(TcpSegment.RST)) {
            throw new IOException(remote + " refused or broke the connection to TCP port " + remotePort);
        }
        if (segment.has(TcpSegment.SYN)) {
            nextExpected = segment.end();
        } else if (segment.end() != segment.sequence()) {
            if (segment.sequence() == nextExpected) {
                received.writeBytes(segment.data());
                nextExpected = segment.end();
                ended |= segment.has(TcpSegment.FIN);
            }
            // Also a segment out of order: its sender learns what is missing, and sends it again.
            int end = segment.has(TcpSegment.ACK) ? segment.acknowledged() : nextToSend;
            send(new TcpSegment(localPort, remotePort, end, nextExpected, TcpSegment.ACK, WINDOW, new byte[0]));
        }
        return segment;
    }
}
