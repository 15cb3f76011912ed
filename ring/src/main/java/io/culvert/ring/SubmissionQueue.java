// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_ASYNC_CANCEL_ALL;
import static io.culvert.natives.generated.liburing_h.IORING_OP_ASYNC_CANCEL;
import static io.culvert.natives.generated.liburing_h.IORING_OP_NOP;
import static io.culvert.natives.generated.liburing_h.IORING_OP_POLL_ADD;
import static io.culvert.natives.generated.liburing_h.IORING_OP_READ;
import static io.culvert.natives.generated.liburing_h.IORING_OP_SENDMSG;
import static io.culvert.natives.generated.liburing_h.IORING_OP_WRITE;
import static io.culvert.natives.generated.liburing_h.IORING_POLL_ADD_MULTI;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_NO_SQARRAY;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.io_uring;
import io.culvert.natives.generated.io_uring_sq;
import io.culvert.natives.generated.io_uring_sqe;

/**
 * The queue in which operations are prepared; {@link IoUring#enter} submits them. Confined to the ring's thread.
 *
 * <p>Every {@code prep} method returns {@code false}, without effect, when the queue is full: submit and try again.
 * {@code fd} is a file descriptor, or a slot of {@link IoUring#registerFiles} when {@code flags} has
 * {@code IOSQE_FIXED_FILE}. {@code flags} are any {@code IOSQE_...}. The completion returns {@code userData}. Memory of
 * an operation must stay valid until its last completion.
 *
 * <p>Shared with the kernel: this class writes {@code tail} (release, after the entries). The kernel writes {@code
 * head}, only during {@code enter}, as no kernel thread polls the queue (no SQPOLL).
 */
public final class SubmissionQueue {
    private final long sqes;
    private final long kernelHead;
    private final long kernelTail;
    private final long kernelFlags;
    private final int entries;
    private int head;
    private int tail;
    private boolean closed;

    SubmissionQueue(long ring) {
        long sq = io_uring.sq(ring);
        sqes = io_uring_sq.sqes(sq);
        kernelHead = io_uring_sq.khead(sq);
        kernelTail = io_uring_sq.ktail(sq);
        kernelFlags = io_uring_sq.kflags(sq);
        entries = Memory.getInt(io_uring_sq.kring_entries(sq));
        // liburing 2.6 and later make rings without the array where the kernel supports it.
        if ((io_uring.flags(ring) & IORING_SETUP_NO_SQARRAY) == 0) {
            fillArray(io_uring_sq.array(sq));
        }
    }

    /** The array maps positions in the queue to entries. Entries are used in order, so the array is the identity. */
    private void fillArray(long array) {
        for (int i = 0; i < entries; i++) {
            Memory.putInt(array + 4L * i, i);
        }
    }

    /** Number of operations that can be prepared before the next {@code enter}. */
    public int available() {
        return entries - (tail - head);
    }

    /** Prepares an operation without effect, which only completes. */
    boolean prepNop(long userData) {
        return push(IORING_OP_NOP, 0, -1, 0, 0, 0, userData);
    }

    /** Prepares a read of at most {@code bytes} into {@code address}. */
    public boolean prepRead(int fd, int flags, long address, int bytes, long userData) {
        return push(IORING_OP_READ, flags, fd, address, bytes, 0, userData);
    }

    /** Prepares a write of {@code bytes} from {@code address}. */
    public boolean prepWrite(int fd, int flags, long address, int bytes, long userData) {
        return push(IORING_OP_WRITE, flags, fd, address, bytes, 0, userData);
    }

    /** Prepares a send of the {@code struct msghdr} at {@code message}, with {@code MSG_...} flags. */
    public boolean prepSendmsg(int fd, int flags, long message, int messageFlags, long userData) {
        return push(IORING_OP_SENDMSG, flags, fd, message, 1, messageFlags, userData);
    }

    /** Prepares a multishot poll, which completes at each of the {@code POLL...} events until it is cancelled. */
    public boolean prepPollMultishot(int fd, int flags, int events, long userData) {
        return push(IORING_OP_POLL_ADD, flags, fd, 0, IORING_POLL_ADD_MULTI, events, userData);
    }

    /** Prepares the cancellation of all operations with user data {@code target}; its result is their number. */
    public boolean prepCancel(long target, long userData) {
        return push(IORING_OP_ASYNC_CANCEL, 0, -1, target, 0, IORING_ASYNC_CANCEL_ALL, userData);
    }

    private boolean push(int opcode, int flags, int fd, long addr, int len, int operationFlags, long userData) {
        if (closed) {
            throw new IllegalStateException("the ring is closed");
        }
        if (tail - head == entries) {
            return false;
        }
        long sqe = sqes + (tail & entries - 1) * io_uring_sqe.sizeof();
        io_uring_sqe.opcode(sqe, (byte) opcode);
        io_uring_sqe.flags(sqe, (byte) flags);
        io_uring_sqe.ioprio(sqe, (short) 0);
        io_uring_sqe.fd(sqe, fd);
        io_uring_sqe.off(sqe, 0);
        io_uring_sqe.addr(sqe, addr);
        io_uring_sqe.len(sqe, len);
        io_uring_sqe.rw_flags(sqe, operationFlags);
        io_uring_sqe.user_data(sqe, userData);
        io_uring_sqe.buf_group(sqe, (short) 0);
        io_uring_sqe.personality(sqe, (short) 0);
        io_uring_sqe.file_index(sqe, 0);
        io_uring_sqe.addr3(sqe, 0);
        Memory.putLong(io_uring_sqe.__pad2(sqe), 0);
        tail++;
        return true;
    }

    /** Publishes the prepared operations to the kernel; returns how many it has not consumed. */
    int publish() {
        Memory.putIntRelease(kernelTail, tail);
        return tail - head;
    }

    /** Reads how many operations the kernel has consumed. */
    void consumed() {
        head = Memory.getIntAcquire(kernelHead);
    }

    /** The kernel's {@code IORING_SQ_...} flags. */
    int kernelFlags() {
        return Memory.getIntOpaque(kernelFlags);
    }

    void close() {
        closed = true;
    }
}
