package io.culvert.engine.pipeline;

import io.culvert.engine.io.WorkerIo;
import java.util.Arrays;

/**
 * How many trains hold each UDP buffer of one worker: datagrams that came joined may belong to different sessions, and
 * the buffer goes back when the last of their trains is done. Confined to the worker's thread, to which trains return.
 */
final class UdpBuffers {
    private int[] references = new int[64];

    /** One more holder. */
    void retain(int buffer) {
        if (buffer >= references.length) {
            references = Arrays.copyOf(references, Math.max(buffer + 1, 2 * references.length));
        }
        references[buffer]++;
    }

    /** One holder less; the last gives the buffer back. */
    void release(WorkerIo io, int buffer) {
        if (--references[buffer] == 0) {
            io.releaseUdp(buffer);
        }
    }

    /** Ends a train's hold on its buffers. */
    void release(WorkerIo io, Train train) {
        for (int i = 0; i < train.buffers; i++) {
            release(io, train.buffer[i]);
        }
        train.buffers = 0;
    }
}
