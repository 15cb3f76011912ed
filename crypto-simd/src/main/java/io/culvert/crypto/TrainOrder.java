// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/**
 * Sorts the packets of a train by length and groups them for the kernels. For one thread.
 *
 * <p>The longest packets come first, so that the lanes of a group end at about the same block. A train that is sorted
 * already, as most are, costs one comparison a packet.
 */
final class TrainOrder {
    private static final int INDEX_BITS = 6;
    private static final int INDEX = (1 << INDEX_BITS) - 1;

    /** Length and index of each packet, packed into one number. */
    private final int[] order = new int[Aead.MAX_TRAIN];

    private int[] lengths;
    private int count;

    /** Sorts a train. */
    void sort(int[] lengths, int count) {
        this.lengths = lengths;
        this.count = count;
        for (int i = 0; i < count; i++) {
            int entry = lengths[i] << INDEX_BITS | i;
            int at = i;
            for (; at > 0 && order[at - 1] >> INDEX_BITS < lengths[i]; at--) {
                order[at] = order[at - 1];
            }
            order[at] = entry;
        }
    }

    /** The index of the packet at a position, longest first. */
    int packet(int place) {
        return order[place] & INDEX;
    }

    /**
     * Number of the next {@code lanes} packets to process singly before the rest of them goes in lockstep.
     *
     * <p>Lockstep costs as much as its longest packet times all lanes, used or not. A single packet costs its own
     * blocks, at about half the speed, and a fixed part. So a few packets, or a few far longer than the rest, are
     * cheaper singly.
     */
    int singles(int place, int lanes) {
        int end = Math.min(count, place + lanes);
        int best = 0;
        int bestCost = Integer.MAX_VALUE;
        int singleCost = 0;
        for (int next = place; next < end; next++) {
            int length = length(next);
            int cost = singleCost + lockstepCost(length, lanes);
            if (cost < bestCost) {
                bestCost = cost;
                best = next - place;
            }
            singleCost += singleCost(length);
        }
        return singleCost < bestCost ? end - place : best;
    }

    private int length(int place) {
        return lengths[packet(place)];
    }

    /** In units of one lane's block in lockstep: whole blocks, block 0, tail and fixed part. */
    private static int lockstepCost(int length, int lanes) {
        return lanes * ((length >> 6) + 3);
    }

    private static int singleCost(int length) {
        return 8 + 2 * (length >> 6);
    }
}
