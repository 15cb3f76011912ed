// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import static io.culvert.natives.generated.liburing_h.IORING_SETUP_CLAMP;
import static io.culvert.natives.generated.liburing_h.IORING_SETUP_CQSIZE;
import static io.culvert.natives.generated.liburing_h.IO_URING_OP_SUPPORTED;
import static io.culvert.natives.generated.linux_h.EINVAL;
import static io.culvert.natives.generated.linux_h.ENOMEM;
import static io.culvert.natives.generated.linux_h.ENOSYS;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.io_uring;
import io.culvert.natives.generated.io_uring_cq;
import io.culvert.natives.generated.io_uring_params;
import io.culvert.natives.generated.io_uring_probe;
import io.culvert.natives.generated.io_uring_probe_op;
import io.culvert.natives.generated.io_uring_sq;
import io.culvert.natives.generated.io_uring_sqe;
import io.culvert.natives.generated.liburing_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.LibUring;
import java.util.BitSet;

/**
 * Makes a ring in the best mode that the kernel supports, and holds its {@code struct io_uring}. liburing maps the
 * queues; they are registered with {@link Memory}.
 */
final class IoUringSetup {
    private static final int MIN_ENTRIES = 8;

    private final long ring;
    private final BitSet opcodes = new BitSet();
    private final IoUringMode mode;

    IoUringSetup(int entries, int completions, IoUringMode best) throws ErrnoException {
        if (!LibUring.isAvailable()) {
            throw new ErrnoException("io_uring_setup", ENOSYS);
        }
        ring = Memory.allocate(io_uring.sizeof(), 64);
        try {
            mode = init(entries, completions, best);
        } catch (ErrnoException e) {
            Memory.free(ring);
            throw e;
        }
        registerQueues();
        readProbe();
    }

    /** Tries the modes from {@code best} on. Halves the sizes while the memory-lock limit (ENOMEM) is exceeded. */
    private IoUringMode init(int entries, int completions, IoUringMode best) throws ErrnoException {
        int result = -EINVAL;
        for (int i = best.ordinal(); result == -EINVAL && i < IoUringMode.values().length; i++) {
            IoUringMode candidate = IoUringMode.values()[i];
            for (int divisor = 1; divisor == 1 || result == -ENOMEM && entries / divisor >= MIN_ENTRIES; divisor *= 2) {
                result = init(entries / divisor, completions / divisor, candidate.flags());
                if (result == 0) {
                    return candidate;
                }
            }
        }
        throw new ErrnoException("io_uring_setup", -result);
    }

    private int init(int entries, int completions, int flags) {
        long params = Memory.allocate(io_uring_params.sizeof(), 8);
        io_uring_params.flags(params, flags | IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE);
        io_uring_params.cq_entries(params, completions);
        int result = liburing_h.io_uring_queue_init_params(entries, ring, params);
        Memory.free(params);
        return result;
    }

    private void registerQueues() {
        long sq = io_uring.sq(ring);
        long cq = io_uring.cq(ring);
        Memory.register(io_uring_sq.ring_ptr(sq), io_uring_sq.ring_sz(sq));
        Memory.register(io_uring_sq.sqes(sq), Memory.getInt(io_uring_sq.kring_entries(sq)) * io_uring_sqe.sizeof());
        if (io_uring_cq.ring_ptr(cq) != io_uring_sq.ring_ptr(sq)) {
            Memory.register(io_uring_cq.ring_ptr(cq), io_uring_cq.ring_sz(cq));
        }
    }

    /** Reads which operations the kernel supports. */
    private void readProbe() {
        long probe = liburing_h.io_uring_get_probe_ring(ring);
        if (probe == 0) {
            return;
        }
        // liburing allocates space for 256 operations.
        Memory.register(probe, io_uring_probe.sizeof() + 256 * io_uring_probe_op.sizeof());
        int count = Byte.toUnsignedInt(io_uring_probe.ops_len(probe));
        for (int i = 0; i < count; i++) {
            long op = io_uring_probe.ops(probe) + i * io_uring_probe_op.sizeof();
            if ((io_uring_probe_op.flags(op) & IO_URING_OP_SUPPORTED) != 0) {
                opcodes.set(Byte.toUnsignedInt(io_uring_probe_op.op(op)));
            }
        }
        Memory.unregister(probe);
        liburing_h.io_uring_free_probe(probe);
    }

    long ring() {
        return ring;
    }

    IoUringMode mode() {
        return mode;
    }

    boolean supports(int opcode) {
        return opcodes.get(opcode);
    }

    boolean hasFeatures(int wanted) {
        return (io_uring.features(ring) & wanted) == wanted;
    }

    void close() {
        long sq = io_uring.sq(ring);
        long cq = io_uring.cq(ring);
        Memory.unregister(io_uring_sq.sqes(sq));
        if (io_uring_cq.ring_ptr(cq) != io_uring_sq.ring_ptr(sq)) {
            Memory.unregister(io_uring_cq.ring_ptr(cq));
        }
        Memory.unregister(io_uring_sq.ring_ptr(sq));
        liburing_h.io_uring_queue_exit(ring);
        Memory.free(ring);
    }
}
