// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import io.culvert.daemon.testbed.NetworkNamespace;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

/**
 * One transfer by TCP after another: a connection, random bytes, and their checksum as the other end has it. Two
 * threads. A transfer that a fault breaks off is begun anew.
 */
final class StreamFlow implements AutoCloseable {
    private static final int PORT = 7001;
    private static final int BYTES = 1 << 20;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int PAUSE_MILLIS = 200;

    /** What became of the transfers. */
    record Outcome(long complete, long brokenOff, long damaged) {}

    private final NetworkNamespace from;
    private final InetSocketAddress to;
    private final ServerSocket server;
    private final AtomicLong complete = new AtomicLong();
    private final AtomicLong brokenOff = new AtomicLong();
    private final AtomicLong damaged = new AtomicLong();
    private volatile boolean closed;

    private StreamFlow(NetworkNamespace from, InetSocketAddress to, ServerSocket server) {
        this.from = from;
        this.to = to;
        this.server = server;
    }

    static StreamFlow start(NetworkNamespace from, NetworkNamespace to, String address)
            throws IOException, InterruptedException {
        StreamFlow flow =
                new StreamFlow(from, new InetSocketAddress(address, PORT), to.call(() -> new ServerSocket(PORT)));
        Thread.ofPlatform().daemon().name("soak-server").start(flow::serve);
        Thread.ofPlatform().daemon().name("soak-client").start(flow::transfer);
        return flow;
    }

    Outcome outcome() {
        return new Outcome(complete.get(), brokenOff.get(), damaged.get());
    }

    private void serve() {
        byte[] buffer = new byte[BYTES];
        while (!closed) {
            try (Socket socket = server.accept()) {
                socket.setSoTimeout(TIMEOUT_MILLIS);
                new DataInputStream(socket.getInputStream()).readFully(buffer);
                new DataOutputStream(socket.getOutputStream()).writeLong(checksum(buffer));
            } catch (IOException e) {
                // The client counts it.
            }
        }
    }

    private static long checksum(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return sum.getValue();
    }

    private void transfer() {
        Random random = new Random(1);
        byte[] bytes = new byte[BYTES];
        try {
            while (!closed) {
                random.nextBytes(bytes);
                once(bytes);
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(to, TIMEOUT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void once(byte[] bytes) throws InterruptedException {
        try (Socket socket = from.call(this::connect)) {
            socket.getOutputStream().write(bytes);
            long answer = new DataInputStream(socket.getInputStream()).readLong();
            (answer == checksum(bytes) ? complete : damaged).incrementAndGet();
        } catch (IOException e) {
            brokenOff.incrementAndGet();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
    }
}
