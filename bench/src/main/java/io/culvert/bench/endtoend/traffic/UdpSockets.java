// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** UDP sockets of one address in a namespace, on consecutive ports. One thread may send while another one receives. */
final class UdpSockets implements AutoCloseable {
    /** So large that the reader is not what limits a measurement. */
    private static final int BUFFER = 4 << 20;

    private final List<Integer> files = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final CallState state = new CallState();
    private long polled;

    private UdpSockets() {}

    /** Opens {@code count} sockets from {@code port} on. */
    static UdpSockets open(NetworkNamespace namespace, String address, int port, int count)
            throws IOException, InterruptedException {
        UdpSockets sockets = new UdpSockets();
        try {
            for (int i = 0; i < count; i++) {
                sockets.endpoints.add(new Endpoint(new InetSocketAddress(address, port + i)));
            }
            namespace.call(() -> {
                for (Endpoint endpoint : sockets.endpoints) {
                    sockets.add(endpoint);
                }
                return null;
            });
        } catch (IOException | InterruptedException | RuntimeException e) {
            sockets.close();
            throw e;
        }
        long bytes = count * pollfd.sizeof();
        sockets.polled = Memory.allocate(bytes, Long.BYTES);
        Memory.zero(sockets.polled, bytes);
        for (int i = 0; i < count; i++) {
            pollfd.fd(sockets.polled + i * pollfd.sizeof(), sockets.file(i));
            pollfd.events(sockets.polled + i * pollfd.sizeof(), (short) linux_h.POLLIN);
        }
        return sockets;
    }

    private void add(Endpoint endpoint) throws IOException {
        int file = Linux.socket(endpoint.family(), linux_h.SOCK_DGRAM, 0);
        files.add(file);
        Linux.setsockopt(file, linux_h.SOL_SOCKET, linux_h.SO_RCVBUFFORCE, BUFFER);
        Linux.setsockopt(file, linux_h.SOL_SOCKET, linux_h.SO_SNDBUFFORCE, BUFFER);
        Linux.bind(file, endpoint.address(), endpoint.length());
    }

    int count() {
        return files.size();
    }

    int file(int i) {
        return files.get(i);
    }

    Endpoint endpoint(int i) {
        return endpoints.get(i);
    }

    /** Waits until a socket can be read, for at most {@code millis}. Only the receiving thread calls it. */
    boolean await(int millis) {
        return Linux.poll(state, polled, count(), millis) > 0;
    }

    /** Whether the last {@link #await} found something in a socket. */
    boolean isReady(int i) {
        return pollfd.revents(polled + i * pollfd.sizeof()) != 0;
    }

    @Override
    public void close() {
        for (int file : files) {
            try {
                Linux.close(file);
            } catch (IOException e) {
                System.err.println("culvert bench: " + e.getMessage());
            }
        }
        files.clear();
        endpoints.forEach(Endpoint::close);
        endpoints.clear();
        if (polled != 0) {
            Memory.free(polled);
            polled = 0;
        }
    }
}
