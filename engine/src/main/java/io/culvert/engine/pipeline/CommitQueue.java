// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import java.util.ArrayDeque;

/**
 * The commits of one worker: the {@link TrainQueue}s whose token it holds, and the trains committed since the last
 * flush. Confined to the worker's thread.
 *
 * <p>A token is held from the first train that the worker finishes until the flush of the duty cycle: what the next
 * holder sends or writes then comes after what this one did, and a cycle has one flush however many trains it commits.
 */
final class CommitQueue {
    private final Worker worker;
    /** The queues whose token this worker holds. */
    private final TrainQueue[] held;

    private int count;
    /** Committed trains, whose memory the kernel reads until the next flush. */
    private final ArrayDeque<Train> committed;

    /**
     * Holds no tokens.
     *
     * @param worker this worker
     * @param trains the number of trains of all workers, in both directions
     */
    CommitQueue(Worker worker, int trains) {
        this.worker = worker;
        // A token is taken for a train that is not free again before the release, or kept for one cycle more.
        held = new TrainQueue[2 * trains];
        committed = new ArrayDeque<>(trains);
    }

    /** A train of {@code queue} is no longer pending: takes the token, or leaves the commit to its holder. */
    void finished(TrainQueue queue) {
        // A worker sees its own writes, and no other thread writes this worker.
        if (queue.holder != worker && queue.trains.tryAcquire()) {
            queue.holder = worker;
            held[count++] = queue;
        }
    }

    /** Whether this worker holds no token. */
    boolean isEmpty() {
        return count == 0;
    }

    /** Commits the trains at the heads of all held queues; returns their number. */
    int commit(SendPath sendPath, ReceivePath receivePath) {
        int trains = 0;
        // A commit may finish a train, and so take another token.
        for (int i = 0; i < count; i++) {
            trains += commit(held[i], sendPath, receivePath);
        }
        return trains;
    }

    private int commit(TrainQueue queue, SendPath sendPath, ReceivePath receivePath) {
        queue.trains.look();
        int trains = 0;
        for (Train train; (train = queue.trains.pollReady()) != null; trains++) {
            if (train.transmit) {
                sendPath.commit(train);
            } else {
                receivePath.commit(train);
            }
            committed.add(train);
        }
        return trains;
    }

    /** Releases the tokens after a flush, except those whose queue must be looked at again in the next cycle. */
    void release() {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            TrainQueue queue = held[i];
            held[i] = null;
            queue.holder = null;
            if (!queue.trains.tryRelease()) {
                queue.holder = worker;
                held[kept++] = queue;
            }
        }
        count = kept;
    }

    /** The next committed train, after a flush; {@code null} when there is none. */
    Train pollCommitted() {
        return committed.poll();
    }
}
