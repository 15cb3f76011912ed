package io.culvert.engine.linux;

import static io.culvert.engine.udp.SocketPort.NO_SOCKET;

import io.culvert.engine.IoCounters.Counter;
import io.culvert.engine.tun.FlowHash;
import io.culvert.engine.tun.TunDevice;
import io.culvert.engine.udp.SendQueue;
import io.culvert.engine.udp.UdpPort;
import io.culvert.natives.ErrnoException;
import io.culvert.natives.generated.liburing_h;
import io.culvert.natives.generated.linux_h;
import io.culvert.ring.CompletionHandler;
import io.culvert.ring.IoUring;
import io.culvert.ring.SubmissionQueue;
import io.culvert.ring.UserData;
import java.util.Set;

/**
 * I/O by one io_uring: a multishot read on the TUN queue, a multishot poll on each socket, both armed all the time, and
 * all writes and sends of a flush in one system call. Datagrams alone are received by calls of their own: a ring receives
 * ahead, into buffers that are out of the cache again when their turn comes.
 *
 * <p>Results come up at any {@code enter}, also at that of a flush; what arrived waits in a queue until {@link #poll}
 * delivers it. No more can arrive than there are buffers, which bounds it.
 */
final class UringIo extends LinuxIo {
    /** Operations between two enters: a full queue of sends for each socket, TUN writes, and what is armed. */
    private static final int SUBMISSIONS = 256;
    /** Results: of all submissions, and of all buffers. */
    private static final int COMPLETIONS = 1024;
    /** Single packets that can wait to be segmented; super-packets use a few of them. */
    private static final int TUN_BUFFERS = 64;

    private static final int MAX_WRITES = 64;

    /**
     * What one poll takes from the TUN while there is somebody to go first, who waits as long as this takes: two super-packets. Larger
     * polls cost 4 % less CPU time.
     */
    private static final int HURRIED_BYTES = 128 << 10;
    /** How long after the last one somebody is expected. */
    private static final long HURRY_NANOS = 250_000_000L;

    private static final int TUN_GROUP = 0;
    private static final int TUN_SLOT = 0;

    private static final int TUN_READ = 0;
    private static final int RECEIVE_IPV4 = 1;
    private static final int RECEIVE_IPV6 = 2;
    private static final int WAKE = 3;
    private static final int CANCEL = 4;
    private static final int TUN_WRITE = 5;
    private static final int SEND_IPV4 = 6;
    private static final int SEND_IPV6 = 7;

    private final IoUring ring;
    private final SubmissionQueue submissions;
    private final CompletionHandler handler = this::completed;
    private final boolean multishotRead;
    private final ProvidedBuffers tunBuffers;
    /** What is armed, by operation. */
    private final boolean[] armed = new boolean[WAKE + 1];

    private final long[] writeAddress = new long[MAX_WRITES];
    private final int[] writeLength = new int[MAX_WRITES];
    private int writes;
    private int inFlight;

    // What arrived and was not delivered yet, and whether the sink took no more of it.
    private final TunArrivals tunArrivals = new TunArrivals(TUN_BUFFERS);
    private boolean tunStalled;
    /** When a packet of the TUN last went before others. */
    private long lastOvertaking = System.nanoTime() - HURRY_NANOS;
    /** When completions were last looked for. */
    private long reaped;

    private boolean closed;

    UringIo(TunDevice device, int worker, Set<Offload> on) throws ErrnoException {
        super(device, worker, on);
        ring = new IoUring(SUBMISSIONS, COMPLETIONS);
        submissions = ring.submissions();
        multishotRead = ring.supports(liburing_h.IORING_OP_READ_MULTISHOT);
        tunBuffers = new ProvidedBuffers(ring, TUN_GROUP, TUN_BUFFERS, BUFFER_BYTES);
        ring.registerFiles(1);
        ring.updateFile(TUN_SLOT, tun);
        arm();
        ring.submit();
    }

    /** Arms what is not; whether there was anything. The few that are armed always fit an empty submission queue. */
    private boolean arm() {
        boolean any = false;
        if (!armed[TUN_READ] && !tunGone && tunBuffers.isAvailable()) {
            long data = UserData.of(TUN_READ, 0);
            int fixed = liburing_h.IOSQE_FIXED_FILE;
            armed[TUN_READ] = multishotRead
                    ? submissions.prepReadMultishot(TUN_SLOT, fixed, TUN_GROUP, data)
                    : submissions.prepReadSelect(TUN_SLOT, fixed, TUN_GROUP, data);
            any = true;
        }
        if (!armed[WAKE]) {
            armed[WAKE] = submissions.prepPollMultishot(wakeup.descriptor(), 0, linux_h.POLLIN, UserData.of(WAKE, 0));
            any = true;
        }
        any |= armReceive(RECEIVE_IPV4, ipv4.socket());
        any |= armReceive(RECEIVE_IPV6, ipv6.socket());
        return any;
    }

    private boolean armReceive(int operation, int socket) {
        if (armed[operation] || socket == NO_SOCKET) {
            return false;
        }
        armed[operation] = submissions.prepPollMultishot(socket, 0, linux_h.POLLIN, UserData.of(operation, 0));
        return true;
    }

    private void enter(int minComplete, long nanos) {
        counters.add(Counter.SYSCALLS, 1);
        ring.enter(minComplete, nanos);
        reaped = System.nanoTime();
        ring.reap(handler);
    }

    private void completed(long userData, int result, int flags) {
        int operation = UserData.operation(userData);
        switch (operation) {
            case TUN_READ -> arrived(result, flags);
            case RECEIVE_IPV4 -> {
                armed[RECEIVE_IPV4] = CompletionHandler.hasMore(flags);
                ipv4Ready = true;
            }
            case RECEIVE_IPV6 -> {
                armed[RECEIVE_IPV6] = CompletionHandler.hasMore(flags);
                ipv6Ready = true;
            }
            case TUN_WRITE -> {
                inFlight--;
                int i = UserData.id(userData);
                tunWritten(writeAddress[i], writeLength[i], result);
            }
            case SEND_IPV4 -> sent(ipv4, UserData.id(userData), result);
            case SEND_IPV6 -> sent(ipv6, UserData.id(userData), result);
            case WAKE -> {
                wakeup.drain();
                armed[WAKE] = CompletionHandler.hasMore(flags);
            }
            default -> {
                // A cancellation: what it cancelled completes by itself.
            }
        }
    }

    private void sent(SendQueue queue, int i, int result) {
        inFlight--;
        queue.finished(i, result);
    }

    private void arrived(int result, int flags) {
        armed[TUN_READ] &= CompletionHandler.hasMore(flags);
        int buffer = CompletionHandler.buffer(flags);
        if (buffer >= 0) {
            tunBuffers.taken(result);
            if (result > 0) {
                long packet = tunBuffers.address(buffer) + VNET_HEADER_BYTES;
                tunArrivals.add(buffer, result, FlowHash.of(packet, result - VNET_HEADER_BYTES), reaped);
            } else {
                tunBuffers.release(buffer);
            }
        }
        // Dry buffers pass: it is armed again. A TUN gives no other errors but for good.
        boolean dry = result == -linux_h.ENOBUFS || result == -linux_h.EAGAIN || result == -linux_h.EINTR;
        tunGone |= result < 0 && !dry;
    }

    @Override
    public int poll(Sink sink) {
        if (arm() | ring.isReady()) {
            enter(0, 0);
        }
        int found = wakeup.take() ? 1 : 0;
        found += pollUdp(sink);
        found += pollTun(sink);
        tunStalled = !sink.takesTun();
        tunBuffers.refill();
        return found + tellIfGone(sink);
    }

    private int pollTun(Sink sink) {
        int arrived = tunArrivals.size();
        if (arrived == 0) {
            return 0;
        }
        long now = System.nanoTime();
        long limit = now - lastOvertaking < HURRY_NANOS ? HURRIED_BYTES : Long.MAX_VALUE;
        int found = 0;
        for (long bytes = 0; found < arrived && bytes < limit && sink.takesTun(); found++) {
            lastOvertaking = tunArrivals.overtakes() ? now : lastOvertaking;
            long arrival = tunArrivals.remove();
            int buffer = ArrivalQueue.buffer(arrival);
            int length = ArrivalQueue.length(arrival);
            bytes += length;
            counters.add(Counter.TUN_READS, 1);
            sink.onTun(buffer, tunBuffers.address(buffer), length);
        }
        return found;
    }

    @Override
    public void writeTun(long address, int length) {
        if (writes == MAX_WRITES) {
            flush();
        }
        writeAddress[writes] = address;
        writeLength[writes++] = length;
    }

    @Override
    public void flush() {
        for (int i = 0; i < writes; i++) {
            long data = UserData.of(TUN_WRITE, i);
            int fixed = liburing_h.IOSQE_FIXED_FILE;
            while (!submissions.prepWrite(TUN_SLOT, fixed, writeAddress[i], writeLength[i], data)) {
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

    @Override
    void flush(SendQueue queue) {
        prepare(queue, queue == ipv4 ? SEND_IPV4 : SEND_IPV6);
        await();
        queue.clear();
    }

    /** Prepares sends; with MSG_DONTWAIT, as one that waited for room would be overtaken by the next. */
    private void prepare(SendQueue queue, int operation) {
        for (int i = 0; i < queue.count(); i++) {
            long data = UserData.of(operation, i);
            while (!submissions.prepSendmsg(queue.socket(), 0, queue.message(i), linux_h.MSG_DONTWAIT, data)) {
                await();
            }
            inFlight++;
        }
    }

    /** Submits, and waits until all writes and sends are done; they nearly always are when the first enter returns. */
    private void await() {
        do {
            if (inFlight > 0 || submissions.available() == 0) {
                enter(inFlight, Long.MAX_VALUE);
            }
        } while (inFlight > 0);
    }

    @Override
    public void releaseTun(int buffer) {
        tunBuffers.release(buffer);
    }

    @Override
    public void attach(UdpPort port) {
        cancel(RECEIVE_IPV4);
        cancel(RECEIVE_IPV6);
        while (armed[RECEIVE_IPV4] || armed[RECEIVE_IPV6]) {
            enter(1, Long.MAX_VALUE);
        }
        attachQueues(port);
    }

    private void cancel(int operation) {
        if (armed[operation]) {
            while (!submissions.prepCancel(UserData.of(operation, 0), UserData.of(CANCEL, 0))) {
                await();
            }
        }
    }

    @Override
    public void park(long nanos, long gather) {
        arm();
        boolean received = ipv4Ready || ipv6Ready;
        boolean read = tunArrivals.size() > 0;
        if (received && receives() || read && !tunStalled || goneUntold() || !wakeup.beginPark()) {
            return;
        }
        counters.add(Counter.SYSCALLS, 1);
        long limit = Math.max(received || read ? Math.min(nanos, STALL_NANOS) : nanos, 0);
        ring.await(limit, gathers ? gather : 0);
        ring.reap(handler);
        wakeup.endPark();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ring.close();
            tunBuffers.close();
            closeCommon();
        }
    }
}
