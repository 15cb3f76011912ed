// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.io.WorkerIo;
import java.util.Arrays;

/**
 * Reference counts of one worker's UDP buffers. Coalesced datagrams may belong to several sessions, so several trains
 * may hold one buffer; the last reference returns it. Confined to the worker's thread, to which trains return.
 */
final class UdpBuffers {
    private int[] references = new int[64];

    /** Adds a reference. */
    void retain(int buffer) {
        if (buffer >= references.length) {
            references = Arrays.copyOf(references, Math.max(buffer + 1, 2 * references.length));
        }
        references[buffer]++;
    }

    /** Drops a reference; the last returns the buffer. */
    void release(WorkerIo io, int buffer) {
        if (--references[buffer] == 0) {
            io.releaseUdp(buffer);
        }
    }

    /** Drops a train's references. */
    void release(WorkerIo io, Train train) {
        for (int i = 0; i < train.buffers; i++) {
            release(io, train.buffer[i]);
        }
        train.buffers = 0;
    }
}
