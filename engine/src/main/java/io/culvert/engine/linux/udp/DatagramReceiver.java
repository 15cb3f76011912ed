// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux.udp;

import io.culvert.engine.io.IoCounters;
import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.WorkerIo.Sink;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.iovec;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.generated.mmsghdr;
import io.culvert.natives.generated.msghdr;
import io.culvert.natives.linux.CallState;
import io.culvert.natives.linux.Linux;
import io.culvert.natives.linux.Refusals;
import io.culvert.ring.BufferPool;

/**
 * Receives datagrams by recvmmsg(2), each into a buffer of its own that the sink takes over. Groups that UDP_GRO
 * coalesced to some 64 KiB are received one at a time, so that each is opened while it is in the cache. Confined to one
 * thread.
 */
public final class DatagramReceiver implements AutoCloseable {
    /** The most datagrams or groups of one receive. */
    private static final int SLOTS = 16;

    /** Size of a buffer: 64 KiB of datagrams with {@link #HEADROOM} in front. */
    private static final int BUFFER_BYTES = 65_664;
    /** Bytes in front of received payloads. */
    private static final int HEADROOM = 64;

    /** After a group of this size the next is received alone. */
    private static final int LARGE_BYTES = 16 * 1024;

    private static final int NONE = -1;
    private static final int HEADER = (int) mmsghdr.sizeof();
    private static final int NAME = (int) iovec.sizeof();
    private static final int CONTROL = NAME + 32;
    private static final int BODY = CONTROL + ReceivedMessage.CONTROL_BYTES;

    private final long headers = Memory.allocate((long) SLOTS * HEADER, 64);
    private final long bodies = Memory.allocate((long) SLOTS * BODY, 64);
    private final int[] buffers = new int[SLOTS];
    private final ReceivedMessage message = new ReceivedMessage();
    private final BufferPool pool;
    private final Refusals refusals = new Refusals("recvmmsg", linux_h.EAGAIN);
    private final CallState calls;
    private final IoCounters counters;
    private int held;
    private int wanted = SLOTS;
    private boolean drained;

    /**
     * A receiver with buffers of its own.
     *
     * @param bufferCount the most datagrams or groups that can be held at once
     */
    public DatagramReceiver(int bufferCount, CallState calls, IoCounters counters) {
        pool = new BufferPool(bufferCount, BUFFER_BYTES);
        this.calls = calls;
        this.counters = counters;
        for (int i = 0; i < SLOTS; i++) {
            long body = bodies + (long) i * BODY;
            long header = headers + (long) i * HEADER;
            buffers[i] = NONE;
            iovec.iov_len(body, BUFFER_BYTES - HEADROOM);
            msghdr.msg_name(header, body + NAME);
            msghdr.msg_iov(header, body);
            msghdr.msg_iovlen(header, 1);
            msghdr.msg_control(header, body + CONTROL);
        }
    }

    /** Whether there is a buffer to receive into. */
    public boolean hasBuffer() {
        return held > 0 || pool.available() > 0;
    }

    /** Whether free buffers, more than sparse traffic uses, may take memory. */
    public boolean hasSurplusMemory() {
        return held > BufferPool.KEPT || pool.hasSurplus();
    }

    /** Gives the memory of these buffers back to the system. */
    public void discardSurplusMemory() {
        for (int i = SLOTS - 1; i >= 0; i--) {
            if (buffers[i] != NONE) {
                pool.give(buffers[i]);
                buffers[i] = NONE;
            }
        }
        held = 0;
        pool.discardSurplus();
    }

    /** Returns a buffer that the sink took over. */
    public void release(int buffer) {
        pool.give(buffer);
    }

    /**
     * Receives at most {@code limit} datagrams or groups, and not more than there are free buffers; returns their
     * number.
     */
    public int receive(int socket, int limit, Sink sink) {
        int slots = prepare(Math.min(wanted, limit));
        drained = false;
        if (slots == 0) {
            return 0;
        }
        counters.add(Counter.SYSCALLS, 1);
        int received = receive(socket, slots);
        drained = received < slots;
        wanted = received > 0 ? Math.min(2 * wanted, SLOTS) : wanted;
        for (int i = 0; i < received; i++) {
            deliver(i, sink);
        }
        return received;
    }

    /** Whether the last {@link #receive} emptied the socket. */
    public boolean drained() {
        return drained;
    }

    /**
     * Assigns buffers to slots; the first slot gets the buffer used last, still in the cache. Returns the number of
     * slots with one.
     */
    private int prepare(int slots) {
        for (int i = 0; i < slots; i++) {
            if (buffers[i] == NONE) {
                int buffer = pool.available() > 0 ? pool.take() : takeFromLaterSlot(i);
                if (buffer == NONE) {
                    return i;
                }
                buffers[i] = buffer;
                held++;
                iovec.iov_base(bodies + (long) i * BODY, pool.address(buffer) + HEADROOM);
            }
            long header = headers + (long) i * HEADER;
            msghdr.msg_namelen(header, ReceivedMessage.NAME_BYTES);
            msghdr.msg_controllen(header, ReceivedMessage.CONTROL_BYTES);
        }
        return slots;
    }

    private int takeFromLaterSlot(int slot) {
        for (int i = SLOTS - 1; i > slot; i--) {
            if (buffers[i] != NONE) {
                int buffer = buffers[i];
                buffers[i] = NONE;
                held--;
                return buffer;
            }
        }
        return NONE;
    }

    private int receive(int socket, int slots) {
        int received = Linux.recvmmsg(calls, socket, headers, slots, linux_h.MSG_DONTWAIT);
        return Math.max(0, refusals.check(received));
    }

    private void deliver(int i, Sink sink) {
        long header = headers + (long) i * HEADER;
        long body = bodies + (long) i * BODY;
        int buffer = buffers[i];
        boolean whole = message.parse(
                body + NAME,
                msghdr.msg_namelen(header),
                body + CONTROL,
                (int) msghdr.msg_controllen(header),
                msghdr.msg_flags(header));
        if (!whole) {
            counters.add(Counter.UDP_TRUNCATED, 1);
            return;
        }
        counters.add(Counter.UDP_RECEIVES, 1);
        int length = mmsghdr.msg_len(header);
        wanted = length >= LARGE_BYTES ? 1 : wanted;
        long limit = pool.address(buffer) + BUFFER_BYTES;
        buffers[i] = NONE;
        held--;
        sink.onDatagrams(
                buffer,
                pool.address(buffer) + HEADROOM,
                length,
                limit,
                message.segment(length),
                message.from(),
                message.ecn());
    }

    @Override
    public void close() {
        Memory.free(headers);
        Memory.free(bodies);
        pool.close();
    }
}
