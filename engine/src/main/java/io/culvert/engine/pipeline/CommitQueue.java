// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.ring.Mailbox;
import java.util.ArrayDeque;

/**
 * The commits of one worker: the {@link TrainQueue}s of peers at home there whose head may be done, and the trains
 * committed since the last flush. Confined to the worker's thread, except {@link #offer} and {@link #isEmpty}.
 */
final class CommitQueue {
    /** Producers: other workers. Consumer: this worker. */
    private final Mailbox<TrainQueue> requests;
    /** The requests of this worker itself. */
    private final ArrayDeque<TrainQueue> ownRequests;
    /** Committed trains, whose memory the kernel reads until the next flush. */
    private final ArrayDeque<Train> committed;

    /**
     * An empty queue.
     *
     * @param trains the number of trains of a worker, in both directions
     * @param workers the number of workers
     */
    CommitQueue(int trains, int workers) {
        // Each train in flight causes at most one unanswered request.
        requests = new Mailbox<>(trains * workers);
        ownRequests = new ArrayDeque<>(trains);
        committed = new ArrayDeque<>(2 * trains);
    }

    /** Requests a commit. Any other worker, which then wakes this one. */
    void offer(TrainQueue queue) {
        if (!requests.offer(queue)) {
            throw new AssertionError("more commit requests than trains");
        }
    }

    /** Requests a commit; the worker itself. */
    void add(TrainQueue queue) {
        ownRequests.add(queue);
    }

    /** Whether no other worker requests a commit. Any thread. */
    boolean isEmpty() {
        return requests.isEmpty();
    }

    /** Commits the trains of all requested queues; returns their number. */
    int commit(SendPath sendPath, ReceivePath receivePath) {
        int count = 0;
        for (TrainQueue queue; (queue = ownRequests.poll()) != null; ) {
            count += commit(queue, sendPath, receivePath);
        }
        for (TrainQueue queue; (queue = requests.poll()) != null; ) {
            count += commit(queue, sendPath, receivePath);
        }
        return count;
    }

    private int commit(TrainQueue queue, SendPath sendPath, ReceivePath receivePath) {
        queue.trains.beginCommit();
        int count = 0;
        for (Train train; (train = queue.trains.pollReady()) != null; count++) {
            if (train.transmit) {
                sendPath.commit(train);
            } else {
                receivePath.commit(train);
            }
            committed.add(train);
        }
        return count;
    }

    /** The next committed train, after a flush; {@code null} when there is none. */
    Train pollCommitted() {
        return committed.poll();
    }
}
