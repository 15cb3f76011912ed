// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_ASYNC_CANCEL_ALL;
import static io.culvert.natives.generated.liburing_h.IORING_ASYNC_CANCEL_ANY;
import static io.culvert.natives.generated.liburing_h.IORING_ENTER_EXT_ARG;
import static io.culvert.natives.generated.liburing_h.IORING_ENTER_GETEVENTS;
import static io.culvert.natives.generated.liburing_h.IORING_ENTER_REGISTERED_RING;
import static io.culvert.natives.generated.liburing_h.IORING_FEAT_MIN_TIMEOUT;
import static io.culvert.natives.generated.liburing_h.IORING_SQ_CQ_OVERFLOW;
import static io.culvert.natives.generated.liburing_h.IORING_SQ_TASKRUN;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.__kernel_timespec;
import io.culvert.natives.generated.io_uring;
import io.culvert.natives.generated.io_uring_getevents_arg;
import io.culvert.natives.generated.io_uring_sync_cancel_reg;
import io.culvert.natives.generated.liburing_h;
import io.culvert.natives.linux.ErrnoException;
import java.util.Optional;

/**
 * An io_uring: {@link #submissions} prepares operations, {@link #enter} submits them, {@link #reap} handles their
 * results. None of the three allocates.
 *
 * <p>One thread makes, uses and closes it: the kernel binds the ring to that thread (SINGLE_ISSUER) and posts
 * completions only when it enters (DEFER_TASKRUN). Another thread wakes it through an eventfd that it polls.
 *
 * <p>After {@link #close} every method throws {@link IllegalStateException}.
 */
public final class IoUring implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MICRO = 1_000;
    /** Effectively no time limit; {@code Long.MAX_VALUE} itself means that no timespec is passed. */
    private static final long LONG_NANOS = Long.MAX_VALUE - 1;

    private final Thread owner = Thread.currentThread();
    private final IoUringSetup setup;
    private final SubmissionQueue submissions;
    private final CompletionQueue completions;
    private final int enterFd;
    private final int enterFlags;
    // A struct io_uring_getevents_arg and the struct __kernel_timespec that it points to.
    private final long waitArgument;
    private final long waitTime;
    /** Whether the kernel reads {@code pad} of the argument as min_wait_usec (Linux 6.12). */
    private final boolean hasMinWait;

    private boolean closed;

    /**
     * Makes a ring for the calling thread, in the best mode that the kernel supports.
     *
     * @param entries number of operations that can be prepared between two {@link #enter}s; rounded up to a power of
     *     two, and halved until the memory-lock limit allows it
     * @param completions number of results that the queue can hold, at least {@code entries}; rounded up and halved
     *     likewise. The kernel keeps results beyond that and posts them at the next {@link #enter}, but ends multishot
     *     operations
     * @throws ErrnoException when the kernel refuses; {@link #unavailableReason} explains it
     */
    public IoUring(int entries, int completions) throws ErrnoException {
        this(entries, completions, IoUringMode.BEST);
    }

    IoUring(int entries, int completions, IoUringMode best) throws ErrnoException {
        setup = new IoUringSetup(entries, completions, best);
        submissions = new SubmissionQueue(setup.ring());
        this.completions = new CompletionQueue(setup.ring());
        boolean registered = liburing_h.io_uring_register_ring_fd(setup.ring()) == 1;
        enterFd = io_uring.enter_ring_fd(setup.ring());
        enterFlags = IORING_ENTER_GETEVENTS | (registered ? IORING_ENTER_REGISTERED_RING : 0);
        waitArgument = Memory.allocate(io_uring_getevents_arg.sizeof() + __kernel_timespec.sizeof(), 8);
        waitTime = waitArgument + io_uring_getevents_arg.sizeof();
        io_uring_getevents_arg.ts(waitArgument, waitTime);
        hasMinWait = setup.hasFeatures(IORING_FEAT_MIN_TIMEOUT);
    }

    /**
     * Why io_uring cannot be used here, in words for the operator; empty when all that the data path needs is there.
     */
    public static Optional<String> unavailableReason() {
        return IoUringSupport.UNAVAILABLE_REASON;
    }

    /** The mode that the kernel accepted. */
    IoUringMode mode() {
        return setup.mode();
    }

    /** The queue in which operations are prepared. */
    public SubmissionQueue submissions() {
        return submissions;
    }

    /** Number of results that the completion queue holds. */
    int completionCapacity() {
        return completions.capacity();
    }

    /** Submits prepared operations and lets the kernel post results, without waiting; returns as {@link #enter}. */
    public int submit() {
        return enter(0, 0);
    }

    /**
     * Submits prepared operations, and waits until {@code minComplete} results can be reaped.
     *
     * @param minComplete number of results to wait for; 0 to return at once
     * @param timeoutNanos longest wait; {@link Long#MAX_VALUE} for no limit
     * @return number of operations submitted, or a negative error number: {@code -ETIME} after the time limit,
     *     {@code -EINTR}, {@code -EBUSY} and {@code -EAGAIN} (results must be reaped before more can be submitted; the
     *     operations stay prepared)
     */
    public int enter(int minComplete, long timeoutNanos) {
        requireOpen();
        int pending = submissions.publish();
        int flags = enterFlags;
        long argument = 0;
        if (minComplete > 0 && timeoutNanos != Long.MAX_VALUE) {
            __kernel_timespec.tv_sec(waitTime, timeoutNanos / NANOS_PER_SECOND);
            __kernel_timespec.tv_nsec(waitTime, timeoutNanos % NANOS_PER_SECOND);
            flags |= IORING_ENTER_EXT_ARG;
            argument = waitArgument;
        }
        int result = liburing_h.io_uring_enter2(
                enterFd, pending, minComplete, flags, argument, argument == 0 ? 0 : io_uring_getevents_arg.sizeof());
        submissions.consumed();
        return result;
    }

    /**
     * Submits prepared operations, and sleeps until a result can be reaped and {@code minWaitNanos} have passed. Before
     * Linux 6.12 there is no minimum wait: the first result ends the sleep.
     *
     * @param timeoutNanos longest wait; {@link Long#MAX_VALUE} for no limit
     * @param minWaitNanos shortest wait, 0 to 2^31 us
     * @return as {@link #enter}
     */
    public int await(long timeoutNanos, long minWaitNanos) {
        if (minWaitNanos == 0 || !hasMinWait) {
            return enter(1, timeoutNanos);
        }
        // The kernel wakes the thread at the full count; after min_wait_usec, at any result.
        io_uring_getevents_arg.pad(waitArgument, (int) (Math.min(minWaitNanos, timeoutNanos) / NANOS_PER_MICRO));
        int result = enter(completions.capacity(), Math.min(timeoutNanos, LONG_NANOS));
        io_uring_getevents_arg.pad(waitArgument, 0);
        return result;
    }

    /** Whether results can be reaped now, or after an {@link #enter} that does not wait. */
    public boolean isReady() {
        requireOpen();
        return !completions.isEmpty() || (submissions.kernelFlags() & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
    }

    /**
     * Handles the posted results, at most as many as the completion queue holds. Does not wait.
     *
     * @return their number
     */
    public int reap(CompletionHandler handler) {
        requireOpen();
        return completions.reap(handler);
    }

    /**
     * Registers a table of {@code slots} empty slots for files; operations on registered files skip the descriptor
     * table. May be called once.
     *
     * @throws ErrnoException when the kernel refuses
     */
    public void registerFiles(int slots) throws ErrnoException {
        requireOpen();
        check(liburing_h.io_uring_register_files_sparse(setup.ring(), slots), "io_uring_register_files_sparse");
    }

    /**
     * Puts a file into a slot, or empties the slot with -1. Operations in flight keep the slot's former file.
     *
     * @throws ErrnoException when the kernel refuses
     */
    public void updateFile(int slot, int fd) throws ErrnoException {
        requireOpen();
        long descriptor = Memory.allocate(4, 8);
        Memory.putInt(descriptor, fd);
        int result = liburing_h.io_uring_register_files_update(setup.ring(), slot, descriptor, 1);
        Memory.free(descriptor);
        check(result, "io_uring_register_files_update");
    }

    /**
     * Cancels operations in flight and frees the ring. After it returns the kernel writes to no memory of its
     * operations. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        cancelAll();
        // Otherwise the kernel releases the files some time after the ring, and a port stays in use until then.
        liburing_h.io_uring_unregister_files(setup.ring());
        closed = true;
        submissions.close();
        setup.close();
        Memory.free(waitArgument);
    }

    /** Cancels all operations in flight, and waits for those that run and cannot be cancelled. */
    private void cancelAll() {
        long request = Memory.allocate(io_uring_sync_cancel_reg.sizeof(), 8);
        io_uring_sync_cancel_reg.fd(request, -1);
        io_uring_sync_cancel_reg.flags(request, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY);
        // -1 in both fields: no time limit.
        Memory.putLong(io_uring_sync_cancel_reg.timeout(request), -1);
        Memory.putLong(io_uring_sync_cancel_reg.timeout(request) + __kernel_timespec.tv_nsec$offset, -1);
        liburing_h.io_uring_register_sync_cancel(setup.ring(), request);
        Memory.free(request);
        // Runs the deferred task work of the cancelled operations, and submits nothing.
        liburing_h.io_uring_enter2(enterFd, 0, 0, enterFlags, 0, 0);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the ring is closed");
        }
        if (Memory.CHECKS && Thread.currentThread() != owner) {
            throw new IllegalStateException("the ring belongs to " + owner);
        }
    }

    private static void check(int result, String call) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(call, -result);
        }
    }
}
