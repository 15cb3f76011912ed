// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.HandshakeIo.Sink;
import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.iovec;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.mmsghdr;
import io.culvert.natives.generated.msghdr;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.Refusals;

/**
 * Receives batches of handshake messages by recvmmsg(2), into buffers that are reused by the next call. Confined to one
 * thread; does not allocate.
 */
public final class HandshakeReceiver implements AutoCloseable {
    /**
     * The most datagrams or groups of one receive. A worker that wakes up may wait for as many to be answered, some
     * 60 us; larger batches gain little.
     */
    public static final int SLOTS = 16;

    /** A group of UDP_GRO holds at most 64 datagrams; the longest handshake message has 148 bytes. */
    private static final int BUFFER_BYTES = 64 * 148;

    private static final int HEADER = (int) mmsghdr.sizeof();
    private static final int NAME = (int) iovec.sizeof();
    private static final int CONTROL = NAME + 32;
    private static final int BODY = CONTROL + ReceivedMessage.CONTROL_BYTES;

    private final long headers = Memory.allocate((long) SLOTS * HEADER, 64);
    private final long bodies = Memory.allocate((long) SLOTS * BODY, 64);
    private final long buffers = Memory.allocate((long) SLOTS * BUFFER_BYTES, 64);
    private final ReceivedMessage message = new ReceivedMessage();
    private final Refusals refusals = new Refusals("recvmmsg", linux_h.EAGAIN);
    private final CallState calls;
    private final IoCounters counters;

    /** A receiver with buffers of its own. */
    public HandshakeReceiver(CallState calls, IoCounters counters) {
        this.calls = calls;
        this.counters = counters;
        for (int i = 0; i < SLOTS; i++) {
            long body = bodies + (long) i * BODY;
            long header = headers + (long) i * HEADER;
            iovec.iov_base(body, buffers + (long) i * BUFFER_BYTES);
            iovec.iov_len(body, BUFFER_BYTES);
            msghdr.msg_name(header, body + NAME);
            msghdr.msg_iov(header, body);
            msghdr.msg_iovlen(header, 1);
            msghdr.msg_control(header, body + CONTROL);
        }
    }

    /** Receives what a socket has, at most {@link #SLOTS} datagrams or groups; returns their number. */
    public int receive(int socket, Sink sink) {
        for (int i = 0; i < SLOTS; i++) {
            long header = headers + (long) i * HEADER;
            msghdr.msg_namelen(header, ReceivedMessage.NAME_BYTES);
            msghdr.msg_controllen(header, ReceivedMessage.CONTROL_BYTES);
        }
        counters.add(Counter.SYSCALLS, 1);
        int received = receive(socket);
        for (int i = 0; i < received; i++) {
            deliver(i, sink);
        }
        return received;
    }

    private int receive(int socket) {
        int received = Linux.recvmmsg(calls, socket, headers, SLOTS, linux_h.MSG_DONTWAIT);
        return Math.max(0, refusals.check(received));
    }

    private void deliver(int i, Sink sink) {
        long header = headers + (long) i * HEADER;
        long body = bodies + (long) i * BODY;
        boolean whole = message.parse(
                body + NAME,
                msghdr.msg_namelen(header),
                body + CONTROL,
                (int) msghdr.msg_controllen(header),
                msghdr.msg_flags(header));
        // What exceeds the buffer does not begin with a handshake message.
        int length = whole ? mmsghdr.msg_len(header) : 0;
        sink.onMessages(iovec.iov_base(body), length, message.segment(length), message.from());
    }

    @Override
    public void close() {
        Memory.free(headers);
        Memory.free(bodies);
        Memory.free(buffers);
    }
}
