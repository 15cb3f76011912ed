// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.traffic;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.iovec;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.mmsghdr;
import io.culvert.natives.generated.msghdr;
import io.culvert.natives.generated.sockaddr_in6;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;

/** Messages for sendmmsg(2) and recvmmsg(2), each with a buffer and an address. For one thread. */
final class Batch implements AutoCloseable {
    /** The most messages of one call. */
    static final int CAPACITY = 64;

    /** The size of a buffer: the packets of the generator are smaller. */
    static final int ROOM = 2048;

    private static final int HEADERS = CAPACITY * (int) mmsghdr.sizeof();
    private static final int VECTORS = CAPACITY * (int) iovec.sizeof();
    private static final int ADDRESS = 32;

    private final CallState state = new CallState();
    private final long memory = Memory.allocate(HEADERS + VECTORS + CAPACITY * (long) (ADDRESS + ROOM), Long.BYTES);
    private final long vectors = memory + HEADERS;
    private final long addresses = vectors + VECTORS;
    private final long buffers = addresses + CAPACITY * (long) ADDRESS;

    Batch() {
        Memory.zero(memory, HEADERS + VECTORS + CAPACITY * (long) (ADDRESS + ROOM));
        for (int i = 0; i < CAPACITY; i++) {
            iovec.iov_base(vector(i), buffer(i));
            msghdr.msg_name(header(i), address(i));
            msghdr.msg_iov(header(i), vector(i));
            msghdr.msg_iovlen(header(i), 1);
        }
    }

    private long header(int i) {
        return memory + i * mmsghdr.sizeof();
    }

    private long vector(int i) {
        return vectors + i * iovec.sizeof();
    }

    private long address(int i) {
        return addresses + i * (long) ADDRESS;
    }

    /** The buffer of a message. */
    long buffer(int i) {
        return buffers + i * (long) ROOM;
    }

    /** Sets the length of a message to send. */
    void setLength(int i, int bytes) {
        iovec.iov_len(vector(i), bytes);
    }

    /** Sets the destination of a message to send. */
    void setDestination(int i, Endpoint to) {
        Memory.copy(to.address(), address(i), to.length());
        msghdr.msg_namelen(header(i), to.length());
    }

    /** The length of a received message. */
    int received(int i) {
        return mmsghdr.msg_len(header(i));
    }

    /**
     * Sends the first messages; after a receive that leaves the addresses alone, to where they came from. Messages that
     * the kernel refuses are dropped.
     */
    void send(int fd, int count) {
        int done = 0;
        while (done < count) {
            int sent = Linux.sendmmsg(state, fd, header(done), count - done, 0);
            // An error is the first message's, which a retry would meet again.
            done += Math.max(sent, 1);
        }
    }

    /** Receives what is there, without waiting; returns the number of messages. */
    int receive(int fd) {
        for (int i = 0; i < CAPACITY; i++) {
            iovec.iov_len(vector(i), ROOM);
            msghdr.msg_namelen(header(i), (int) sockaddr_in6.sizeof());
        }
        return Math.max(0, Linux.recvmmsg(state, fd, memory, CAPACITY, linux_h.MSG_DONTWAIT));
    }

    @Override
    public void close() {
        Memory.free(memory);
    }
}
