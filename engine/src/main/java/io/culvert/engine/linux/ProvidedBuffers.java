package io.culvert.engine.linux;

import io.culvert.natives.ErrnoException;
import io.culvert.ring.BufferRing;
import io.culvert.ring.IoUring;

/**
 * Buffers that io_uring fills, few or many at a time. The kernel takes them in the order they were given, round and round:
 * when each is filled with 64 KiB, more than a few would drive each other out of the cache (60 cost 2.2 times what 15
 * cost); when each holds one small packet, a few run dry at once, and many do not hurt. So as long as what comes is
 * large, the kernel has {@link #FEW}, and the others wait, last in first out. One thread.
 */
final class ProvidedBuffers implements AutoCloseable {
    /** As many as there may be when large packets come; measured best with two to four. */
    private static final int FEW = 4;
    /** What counts as large: it fills more of a buffer than the packets of a common link. */
    private static final int LARGE = 16 * 1024;

    private final BufferRing ring;
    private final int[] waiting;
    private int waitingCount;
    private int given;
    private int wanted;

    ProvidedBuffers(IoUring owner, int group, int count, int bytes) throws ErrnoException {
        ring = new BufferRing(owner, group, count, bytes);
        waiting = new int[count];
        given = count;
        wanted = count;
    }

    long address(int buffer) {
        return ring.address(buffer);
    }

    /** Whether the kernel has a buffer left. */
    boolean isAvailable() {
        return given > 0;
    }

    /** The kernel filled a buffer. */
    void taken(int length) {
        given--;
        wanted = length >= LARGE ? FEW : waiting.length;
    }

    /** A buffer is free again. */
    void release(int buffer) {
        waiting[waitingCount++] = buffer;
        give();
    }

    /** Lets more arrive where all that the kernel had is under way in the pipeline, as it may be on another core. */
    void refill() {
        if (given == 0) {
            give();
        }
    }

    private void give() {
        if (given >= wanted || waitingCount == 0) {
            return;
        }
        do {
            ring.give(waiting[--waitingCount]);
            given++;
        } while (given < wanted && waitingCount > 0);
        ring.publish();
    }

    @Override
    public void close() {
        ring.close();
    }
}
