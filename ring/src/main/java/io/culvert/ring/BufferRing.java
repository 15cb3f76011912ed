package io.culvert.ring;

import io.culvert.natives.ErrnoException;
import io.culvert.natives.Memory;
import io.culvert.natives.generated.io_uring_buf;
import io.culvert.natives.generated.io_uring_buf_ring;

/**
 * Buffers of one size that the kernel takes from, one for each completion (a "provided-buffer ring"). Confined to the
 * ring's thread.
 *
 * <p>A buffer belongs to the kernel from {@link #give} and {@link #publish} until a completion names it
 * ({@link CompletionHandler#buffer}), and from then on to the caller. The kernel takes them in the order they were given,
 * so a few that are given back soon stay in the cache where many would not.
 *
 * <p>Shared with the kernel: the entries and {@code tail} are written here, the tail with release after the entries; the
 * kernel keeps its own head and writes nothing.
 */
public final class BufferRing implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final int MAX_BUFFERS = 1 << 15;

    private final IoUring owner;
    private final int group;
    private final int count;
    private final int bytes;
    private final int stride;
    private final int mask;
    private final long ring;
    private final long slab;
    private int tail;
    private boolean closed;

    /**
     * Allocates buffers, registers them and gives them all to the kernel.
     *
     * @param owner the ring whose operations may use them
     * @param group their group number, 0 to 65,535, not in use yet
     * @param count how many, 1 to 32,768
     * @param bytes size of each; {@link BufferPool#SLACK} more lie behind it
     * @throws ErrnoException when the kernel refuses
     */
    public BufferRing(IoUring owner, int group, int count, int bytes) throws ErrnoException {
        if (count < 1 || count > MAX_BUFFERS || bytes < 1) {
            throw new IllegalArgumentException(count + " buffers of " + bytes + " bytes");
        }
        this.owner = owner;
        this.group = group;
        this.count = count;
        this.bytes = bytes;
        int entries = count == 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
        mask = entries - 1;
        stride = (bytes + BufferPool.SLACK + 63) & -64;
        ring = Memory.allocate(entries * io_uring_buf.sizeof(), PAGE);
        slab = Memory.allocate((long) count * stride, PAGE);
        try {
            owner.registerBufferRing(ring, entries, group);
        } catch (ErrnoException | RuntimeException e) {
            free();
            throw e;
        }
        for (int i = 0; i < count; i++) {
            give(i);
        }
        publish();
    }

    /** The group number. */
    public int group() {
        return group;
    }

    /** How many buffers there are. */
    public int count() {
        return count;
    }

    /** Usable size of each. */
    public int bytes() {
        return bytes;
    }

    /** Where a buffer begins; a multiple of 64. */
    public long address(int buffer) {
        return slab + (long) buffer * stride;
    }

    /** Gives a buffer back; the kernel sees it after {@link #publish}. */
    public void give(int buffer) {
        if (closed) {
            throw new IllegalStateException("the buffer ring is closed");
        }
        long entry = ring + (tail & mask) * io_uring_buf.sizeof();
        // The last two bytes of entry 0 are the ring's tail: an entry is written field by field.
        io_uring_buf.addr(entry, address(buffer));
        io_uring_buf.len(entry, bytes);
        io_uring_buf.bid(entry, (short) buffer);
        tail++;
    }

    /** Shows the kernel what was given. */
    public void publish() {
        if (closed) {
            throw new IllegalStateException("the buffer ring is closed");
        }
        Memory.putShortRelease(ring + io_uring_buf_ring.tail$offset, (short) tail);
    }

    /**
     * Takes the buffers from the kernel and frees them. Whatever was armed with them must have completed for the last time,
     * or the ring be closed. Idempotent.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            owner.unregisterBufferRing(group);
            free();
        }
    }

    private void free() {
        Memory.free(ring);
        Memory.free(slab);
    }
}
