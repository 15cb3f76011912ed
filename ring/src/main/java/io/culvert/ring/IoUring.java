package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_ASYNC_CANCEL_ALL;
import static io.culvert.natives.generated.liburing_h.IORING_ASYNC_CANCEL_ANY;
import static io.culvert.natives.generated.liburing_h.IORING_ENTER_EXT_ARG;
import static io.culvert.natives.generated.liburing_h.IORING_ENTER_GETEVENTS;
import static io.culvert.natives.generated.liburing_h.IORING_ENTER_REGISTERED_RING;
import static io.culvert.natives.generated.liburing_h.IORING_FEAT_MIN_TIMEOUT;
import static io.culvert.natives.generated.liburing_h.IORING_SQ_CQ_OVERFLOW;
import static io.culvert.natives.generated.liburing_h.IORING_SQ_TASKRUN;

import io.culvert.natives.ErrnoException;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.__kernel_timespec;
import io.culvert.natives.generated.io_uring;
import io.culvert.natives.generated.io_uring_getevents_arg;
import io.culvert.natives.generated.io_uring_sync_cancel_reg;
import io.culvert.natives.generated.liburing_h;

/**
 * An io_uring: operations go in through {@link #submissions}, {@link #enter} hands them to the kernel, results come out
 * through {@link #reap}. None of the three allocates.
 *
 * <p>Made, used and closed by one thread: the kernel binds the ring to the thread that makes it (SINGLE_ISSUER), and posts
 * completions only when that thread enters (DEFER_TASKRUN). Another thread wakes it through an eventfd that it polls.
 *
 * <p>After {@link #close} every method throws {@link IllegalStateException}.
 */
public final class IoUring implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MICRO = 1_000;
    /** Longer than anybody waits, and short enough for a timespec. */
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
    /** Whether {@code pad} of the argument is min_wait_usec. */
    private final boolean gathers;

    private boolean closed;

    /**
     * Makes a ring for the calling thread, in the best mode that the kernel has.
     *
     * @param entries how many operations can be prepared between two {@link #enter}s; rounded up to a power of two, and
     *     halved as often as need be where the memory-lock limit is low
     * @param completions how many results can wait, at least {@code entries}; rounded up likewise. The kernel keeps
     *     results beyond that and posts them at the next {@link #enter}, but ends multishot operations
     * @throws ErrnoException when the kernel refuses; {@link #whyNot} tells why in words
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
        gathers = setup.hasFeatures(IORING_FEAT_MIN_TIMEOUT);
    }

    /** Whether io_uring can be used here, with all that the data path needs of it. */
    public static boolean isSupported() {
        return whyNot() == null;
    }

    /** Why io_uring cannot be used here, in words for whoever runs the program; {@code null} when it can. */
    public static String whyNot() {
        return IoUringSupport.WHY_NOT;
    }

    /** The mode that the kernel accepted. */
    IoUringMode mode() {
        return setup.mode();
    }

    /** Where operations are prepared. */
    public SubmissionQueue submissions() {
        return submissions;
    }

    /** How many results can wait. */
    int completionCapacity() {
        return completions.capacity();
    }

    /** Submits what was prepared and lets the kernel post what is done, without waiting; results as {@link #enter}. */
    public int submit() {
        return enter(0, 0);
    }

    /**
     * Submits what was prepared, and waits until {@code minComplete} results are there to be reaped.
     *
     * @param minComplete 0 not to wait
     * @param timeoutNanos how long to wait at most; {@link Long#MAX_VALUE} for as long as it takes
     * @return how many operations were submitted, or a negative error number: {@code -ETIME} when the time was over,
     *     {@code -EINTR}, {@code -EBUSY} and {@code -EAGAIN} (results must be reaped before more is submitted; what was
     *     prepared stays prepared)
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
     * Submits what was prepared, and sleeps until a result is there, but for {@code gatherNanos} even if one is. The kernel
     * can gather since Linux 6.12; before, the first result ends the sleep.
     *
     * @param timeoutNanos how long to wait at most; {@link Long#MAX_VALUE} for as long as it takes
     * @param gatherNanos how long to wait at least, 0 to 2^31 us
     * @return as {@link #enter}
     */
    public int await(long timeoutNanos, long gatherNanos) {
        if (gatherNanos == 0 || !gathers) {
            return enter(1, timeoutNanos);
        }
        // The kernel wakes at the count or, from then on, at any result when the time is over.
        io_uring_getevents_arg.pad(waitArgument, (int) (Math.min(gatherNanos, timeoutNanos) / NANOS_PER_MICRO));
        int result = enter(completions.capacity(), Math.min(timeoutNanos, LONG_NANOS));
        io_uring_getevents_arg.pad(waitArgument, 0);
        return result;
    }

    /** Whether results can be reaped now, or will be there after an {@link #enter} that does not wait. */
    public boolean isReady() {
        requireOpen();
        return !completions.isEmpty() || (submissions.kernelFlags() & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
    }

    /**
     * Hands the results that are there to {@code handler}. It never waits, and never hands over more than
     * {@link #completionCapacity}.
     *
     * @return how many there were
     */
    public int reap(CompletionHandler handler) {
        requireOpen();
        return completions.reap(handler);
    }

    /**
     * Makes room for {@code slots} registered files, all empty: operations on them skip the descriptor table. Once.
     *
     * @throws ErrnoException when the kernel refuses
     */
    public void registerFiles(int slots) throws ErrnoException {
        requireOpen();
        check(liburing_h.io_uring_register_files_sparse(setup.ring(), slots), "io_uring_register_files_sparse");
    }

    /**
     * Puts a file into a slot, or empties it with -1. What is armed on the file that was there goes on.
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
     * Cancels what is armed and frees the ring. When this returns, the kernel writes to none of the memory that operations
     * named. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        cancelAll();
        // Else the kernel lets go of the files some time after the ring: a port would still be taken.
        liburing_h.io_uring_unregister_files(setup.ring());
        closed = true;
        submissions.close();
        setup.close();
        Memory.free(waitArgument);
    }

    /** Cancels all that is armed, and waits for what cannot be cancelled because it is running. */
    private void cancelAll() {
        long request = Memory.allocate(io_uring_sync_cancel_reg.sizeof(), 8);
        io_uring_sync_cancel_reg.fd(request, -1);
        io_uring_sync_cancel_reg.flags(request, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY);
        // -1 and -1: no time limit.
        Memory.putLong(io_uring_sync_cancel_reg.timeout(request), -1);
        Memory.putLong(io_uring_sync_cancel_reg.timeout(request) + __kernel_timespec.tv_nsec$offset, -1);
        liburing_h.io_uring_register_sync_cancel(setup.ring(), request);
        Memory.free(request);
        // Runs what the cancellation left to this thread, and submits nothing more.
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
