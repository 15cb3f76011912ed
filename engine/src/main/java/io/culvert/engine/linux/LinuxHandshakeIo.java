// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static io.culvert.engine.linux.udp.SocketPort.NO_SOCKET;

import io.culvert.engine.io.HandshakeIo;
import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.UdpEndpoint;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.linux.udp.HandshakeReceiver;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.engine.linux.udp.SocketPort;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.pollfd;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.EventFd;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.Refusals;

/** The sockets of handshake messages: poll(2), recvmmsg(2) and sendmmsg(2). */
final class LinuxHandshakeIo implements HandshakeIo {
    /** Responses and cookie replies come first: they answer messages of this device. */
    private static final int ANSWERS4 = 0;

    private static final int ANSWERS6 = 1;
    private static final int INITIATIONS4 = 2;
    private static final int INITIATIONS6 = 3;
    private static final int SOCKETS = 4;
    private static final int WAKE = SOCKETS;
    private static final int REPLY_BYTES = 192;

    private final CallState calls = new CallState();
    private final IoCounters counters = new IoCounters();
    private final EventFd wakeup = new EventFd();
    private final Refusals refusals = new Refusals("poll", linux_h.EINTR);
    private final HandshakeReceiver receiver = new HandshakeReceiver(calls, counters);
    private final SendQueue ipv4 = new SendQueue(calls, counters);
    private final SendQueue ipv6 = new SendQueue(calls, counters);
    private final long replies = Memory.allocate(2L * SendQueue.CAPACITY * REPLY_BYTES, 64);
    private final long descriptors = Memory.allocate((SOCKETS + 1) * pollfd.sizeof(), 8);
    private final int[] sockets = {NO_SOCKET, NO_SOCKET, NO_SOCKET, NO_SOCKET};

    @Override
    public void attach(UdpPort newPort) {
        SocketPort port = (SocketPort) newPort;
        sockets[ANSWERS4] = port == null ? NO_SOCKET : port.answers4();
        sockets[ANSWERS6] = port == null ? NO_SOCKET : port.answers6();
        sockets[INITIATIONS4] = port == null ? NO_SOCKET : port.initiations4();
        sockets[INITIATIONS6] = port == null ? NO_SOCKET : port.initiations6();
        ipv4.attach(sockets[INITIATIONS4], false);
        ipv6.attach(sockets[INITIATIONS6], false);
    }

    @Override
    public int receive(Sink sink) {
        int received = 0;
        for (int i = 0; i < SOCKETS; i++) {
            received += sockets[i] == NO_SOCKET ? 0 : receiver.receive(sockets[i], sink);
        }
        return received;
    }

    @Override
    public int batch() {
        return HandshakeReceiver.SLOTS;
    }

    @Override
    public void reply(long message, int length, UdpEndpoint to) {
        SendQueue queue = to.isIpv6() ? ipv6 : ipv4;
        if (queue.socket() == NO_SOCKET) {
            return;
        }
        if (queue.isFull()) {
            queue.send();
        }
        long copy = replies + (long) ((to.isIpv6() ? SendQueue.CAPACITY : 0) + queue.count()) * REPLY_BYTES;
        Memory.copy(message, copy, length);
        queue.add(copy, length, length, to, 0, null);
    }

    @Override
    public void flush() {
        ipv4.send();
        ipv6.send();
    }

    @Override
    public void await() {
        for (int i = 0; i <= SOCKETS; i++) {
            long at = descriptors + i * pollfd.sizeof();
            pollfd.fd(at, i == WAKE ? wakeup.descriptor() : sockets[i]);
            pollfd.events(at, (short) linux_h.POLLIN);
            pollfd.revents(at, (short) 0);
        }
        refusals.check(Linux.poll(calls, descriptors, SOCKETS + 1, -1));
        if (pollfd.revents(descriptors + WAKE * pollfd.sizeof()) != 0) {
            wakeup.drain();
        }
    }

    @Override
    public void wake() {
        wakeup.signal();
    }

    @Override
    public void close() {
        wakeup.close();
        receiver.close();
        ipv4.close();
        ipv6.close();
        Memory.free(replies);
        Memory.free(descriptors);
    }
}
