// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.pipeline;

import io.culvert.engine.device.PlantedInPeers;
import io.culvert.engine.noise.Keypair;
import io.culvert.engine.noise.ReplayWindow;
import io.culvert.engine.routing.AllowedIps;
import io.culvert.ring.CommitEntry;
import io.culvert.ring.OrderedQueue;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/** Wrong versions of calls of the pipeline, which {@code PlantedFaultsTest} puts in place of the right ones. */
final class Planted {
    private static final int NONCES = 128;

    /** By queue, a train that was overtaken. */
    private static final Map<OrderedQueue<?>, CommitEntry> OVERTAKEN = new IdentityHashMap<>();
    /** By table and address, the first peer that was found. */
    private static final Map<AllowedIps<?>, Map<Integer, Object>> FOUND = new IdentityHashMap<>();

    private Planted() {}

    /** Accepts each counter as often as it comes. */
    static boolean accept(ReplayWindow window, long counter) {
        window.accept(counter);
        return true;
    }

    /** Begins again after a while. */
    static long nonce(Keypair<?> keypair, long number, int count) {
        return keypair.nonce(number, count) % NONCES;
    }

    /** Keeps trains in which a packet was not authentic. */
    static void free(Worker worker, Train train) {
        if (train.transmit || train.failures == 0) {
            worker.free(train);
        }
    }

    /** Wakes nobody. */
    static void signal(Worker worker) {
        // The worker sleeps on.
    }

    /** Lets a train overtake the one before it if both are finished, as if the thread that finished it sent it. */
    static synchronized CommitEntry pollReady(OrderedQueue<Train> queue) {
        CommitEntry first = OVERTAKEN.remove(queue);
        if (first != null) {
            return first;
        }
        first = queue.pollReady();
        CommitEntry second = first == null ? null : queue.pollReady();
        if (second == null) {
            return first;
        }
        OVERTAKEN.put(queue, first);
        return second;
    }

    /** Remembers who has an address, and does not hear that it was moved. */
    static synchronized Object lookup4(AllowedIps<?> table, int address) {
        return FOUND.computeIfAbsent(table, unused -> new HashMap<>())
                .computeIfAbsent(address, unused -> table.lookup4(address));
    }

    /** Follows the sender of each message, authentic or not. */
    static void committed(Worker worker, Train train) {
        worker.committed(train);
        PlantedInPeers.follow(train.peer, train.from);
    }
}
