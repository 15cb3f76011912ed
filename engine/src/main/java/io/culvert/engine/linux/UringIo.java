// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import io.culvert.engine.io.IoCounters.Counter;
import io.culvert.engine.io.UdpPort;
import io.culvert.engine.linux.tun.TunQueues;
import io.culvert.engine.linux.udp.SendQueue;
import io.culvert.natives.generated.liburing_h;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Refusals;
import io.culvert.ring.CompletionHandler;
import io.culvert.ring.IoUring;
import io.culvert.ring.SubmissionQueue;
import io.culvert.ring.UserData;
import java.util.Set;

/**
 * I/O by one io_uring: a multishot poll on the TUN queue and on each socket, always armed, and all writes and sends of
 * a flush in one system call. Input is read by system calls, not by the ring: a ring reads ahead at any {@code enter},
 * into buffers that are out of the cache again when their packets are processed.
 */
final class UringIo extends LinuxIo {
    /** The most receive queues of a family: so many peers at once do not wait for each other. */
    static final int MAX_QUEUES = 32;

    /** Operations between two enters: a full queue of sends for each family, TUN writes, and polls. */
    private static final int SUBMISSIONS = 256;
    /** Room for the completions of all submissions and of the armed polls. */
    private static final int COMPLETIONS = 512;

    private static final int MAX_WRITES = 64;

    private static final int TUN_SLOT = 0;

    private static final int POLL_TUN = 0;
    private static final int POLL_WAKEUP = 1;
    private static final int POLL_SOCKET = 2;
    private static final int CANCEL = 3;
    private static final int TUN_WRITE = 4;
    private static final int SEND_IPV4 = 5;
    private static final int SEND_IPV6 = 6;

    private final IoUring ring;
    private final SubmissionQueue submissions;
    private final CompletionHandler handler = this::completed;
    private final Refusals refusals = new Refusals("io_uring_enter", linux_h.ETIME);
    private final Refusals pollRefusals = new Refusals("a poll by io_uring", linux_h.ECANCELED);
    private boolean tunArmed;
    private boolean wakeupArmed;
    private final boolean[] socketArmed = new boolean[2 * MAX_QUEUES];
    /** Polls that are to be armed, of all sources. */
    private int unarmed = 2;

    private final long[] writeAddress = new long[MAX_WRITES];
    private final int[] writeLength = new int[MAX_WRITES];
    private final int[] writeQueue = new int[MAX_WRITES];
    private int writes;
    private int inFlight;

    private boolean closed;

    UringIo(TunQueues device, int worker, Set<Offload> on) throws ErrnoException {
        super(device, worker, on);
        ring = new IoUring(SUBMISSIONS, COMPLETIONS);
        submissions = ring.submissions();
        ring.registerFiles(1);
        if (tun == NO_TUN) {
            tunArmed = true;
            unarmed--;
        } else {
            ring.updateFile(TUN_SLOT, tun);
        }
        arm();
        ring.submit();
    }

    /** Arms the polls that are not armed; returns whether there were any. They always fit an empty submission queue. */
    private boolean arm() {
        int before = unarmed;
        if (before == 0) {
            return false;
        }
        if (!tunArmed && !tunRemoved) {
            tunArmed = armed(submissions.prepPollMultishot(
                    TUN_SLOT, liburing_h.IOSQE_FIXED_FILE, linux_h.POLLIN, UserData.of(POLL_TUN, 0)));
        }
        if (!wakeupArmed) {
            wakeupArmed = armed(
                    submissions.prepPollMultishot(wakeup.descriptor(), 0, linux_h.POLLIN, UserData.of(POLL_WAKEUP, 0)));
        }
        for (int i = 0; i < sockets.length; i++) {
            if (!socketArmed[i]) {
                socketArmed[i] = armed(
                        submissions.prepPollMultishot(sockets[i], 0, linux_h.POLLIN, UserData.of(POLL_SOCKET, i)));
            }
        }
        return unarmed < before;
    }

    private boolean armed(boolean prepared) {
        unarmed -= prepared ? 1 : 0;
        return prepared;
    }

    /** A poll has completed; returns whether it is still armed. */
    private boolean stillArmed(int flags) {
        boolean still = CompletionHandler.hasMore(flags);
        unarmed += still ? 0 : 1;
        return still;
    }

    private void enter(int minComplete, long nanos) {
        counters.add(Counter.SYSCALLS, 1);
        entered(ring.enter(minComplete, nanos));
    }

    /** Handles results after an enter, even a refused one: their number may be why it was refused. */
    private void entered(int result) {
        ring.reap(handler);
        refusals.check(result);
    }

    private void completed(long userData, int result, int flags) {
        int operation = UserData.operation(userData);
        if (operation <= POLL_SOCKET) {
            pollRefusals.check(result);
        }
        switch (operation) {
            case POLL_TUN -> {
                tunArmed = stillArmed(flags);
                tunReadable = true;
            }
            case POLL_WAKEUP -> {
                wakeup.drain();
                wakeupArmed = stillArmed(flags);
            }
            case POLL_SOCKET -> {
                int i = UserData.id(userData);
                socketArmed[i] = stillArmed(flags);
                readable.add(i);
            }
            case TUN_WRITE -> {
                inFlight--;
                int i = UserData.id(userData);
                tunWritten(writeQueue[i], writeAddress[i], writeLength[i], result);
            }
            case SEND_IPV4 -> sent(ipv4, UserData.id(userData), result);
            case SEND_IPV6 -> sent(ipv6, UserData.id(userData), result);
            default -> {
                // CANCEL: the cancelled poll has a completion of its own.
            }
        }
    }

    private void sent(SendQueue queue, int i, int result) {
        inFlight--;
        queue.finished(i, result);
    }

    @Override
    public void poll() {
        if (arm() | ring.isReady()) {
            enter(0, 0);
        }
    }

    @Override
    public void writeTun(int queue, long address, int length) {
        if (writes == MAX_WRITES) {
            flush();
        }
        writeQueue[writes] = queue;
        writeAddress[writes] = address;
        writeLength[writes++] = length;
    }

    @Override
    public void flush() {
        for (int i = 0; i < writes; i++) {
            while (!prepareWrite(i)) {
                await();
            }
            inFlight++;
        }
        prepare(ipv4, SEND_IPV4);
        prepare(ipv6, SEND_IPV6);
        await();
        writes = 0;
        ipv4.clear();
        ipv6.clear();
    }

    private boolean prepareWrite(int i) {
        boolean own = writeQueue[i] == worker;
        int file = own ? TUN_SLOT : descriptor(writeQueue[i]);
        int flags = own ? liburing_h.IOSQE_FIXED_FILE : 0;
        return submissions.prepWrite(file, flags, writeAddress[i], writeLength[i], UserData.of(TUN_WRITE, i));
    }

    @Override
    void flush(SendQueue queue) {
        prepare(queue, queue == ipv4 ? SEND_IPV4 : SEND_IPV6);
        await();
        queue.clear();
    }

    /** Prepares sends, with MSG_DONTWAIT: a send that waited for room in the socket would be overtaken by the next. */
    private void prepare(SendQueue queue, int operation) {
        for (int i = 0; i < queue.count(); i++) {
            long data = UserData.of(operation, i);
            while (!submissions.prepSendmsg(queue.socket(), 0, queue.message(i), linux_h.MSG_DONTWAIT, data)) {
                await();
            }
            inFlight++;
        }
    }

    /** Submits, and waits until all writes and sends have completed, which the first enter nearly always achieves. */
    private void await() {
        do {
            if (inFlight > 0 || submissions.available() == 0) {
                enter(inFlight, Long.MAX_VALUE);
            }
        } while (inFlight > 0);
    }

    @Override
    public void attach(UdpPort port) {
        for (int i = 0; i < sockets.length; i++) {
            if (socketArmed[i]) {
                cancelPoll(i);
            }
        }
        // Polls that the kernel ended by itself are among the unarmed ones.
        unarmed -= sockets.length;
        attachSockets(port);
        unarmed += sockets.length;
    }

    private void cancelPoll(int socket) {
        while (!submissions.prepCancel(UserData.of(POLL_SOCKET, socket), UserData.of(CANCEL, 0))) {
            await();
        }
        while (socketArmed[socket]) {
            enter(1, Long.MAX_VALUE);
        }
    }

    @Override
    public void park(long nanos, long minWaitNanos) {
        arm();
        counters.add(Counter.SYSCALLS, 1);
        entered(ring.await(nanos, coalescesWakeups ? minWaitNanos : 0));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ring.close();
            closeCommon();
        }
    }
}
