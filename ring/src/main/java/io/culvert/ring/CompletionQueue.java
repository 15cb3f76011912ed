// SPDX-License-Identifier: Apache-2.0
package io.culvert.ring;

import io.culvert.natives.Memory;
import io.culvert.natives.generated.io_uring;
import io.culvert.natives.generated.io_uring_cq;
import io.culvert.natives.generated.io_uring_cqe;

/**
 * The queue into which the kernel posts results. Confined to the ring's thread.
 *
 * <p>Shared with the kernel: {@code tail} is written by the kernel and read here (acquire, before the entries);
 * {@code head} is written here (release, after the entries were read) and read by the kernel.
 */
final class CompletionQueue {
    private final long cqes;
    private final long kernelHead;
    private final long kernelTail;
    private final int entries;
    private int head;

    CompletionQueue(long ring) {
        long cq = io_uring.cq(ring);
        cqes = io_uring_cq.cqes(cq);
        kernelHead = io_uring_cq.khead(cq);
        kernelTail = io_uring_cq.ktail(cq);
        entries = Memory.getInt(io_uring_cq.kring_entries(cq));
        head = Memory.getInt(kernelHead);
    }

    int capacity() {
        return entries;
    }

    boolean isEmpty() {
        return Memory.getIntAcquire(kernelTail) == head;
    }

    /** Handles the completions posted so far. Those posted meanwhile are left for the next call, so that this ends. */
    int reap(CompletionHandler handler) {
        int first = head;
        int tail = Memory.getIntAcquire(kernelTail);
        try {
            while (head != tail) {
                long cqe = cqes + (head & entries - 1) * io_uring_cqe.sizeof();
                // Advanced before the handler runs: if the handler throws, the completion is not handled twice.
                head++;
                handler.onCompletion(io_uring_cqe.user_data(cqe), io_uring_cqe.res(cqe), io_uring_cqe.flags(cqe));
            }
        } finally {
            Memory.putIntRelease(kernelHead, head);
        }
        return head - first;
    }
}
