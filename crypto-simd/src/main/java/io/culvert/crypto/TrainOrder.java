package io.culvert.crypto;

/**
 * In which order, and in which groups, the packets of a train are taken. For one thread.
 *
 * <p>Longest first, so that the lanes of a group end late and about together. A train that comes in order, as most do,
 * costs one comparison a packet.
 */
final class TrainOrder {
    private static final int INDEX_BITS = 6;
    private static final int INDEX = (1 << INDEX_BITS) - 1;

    /** Length and index of each packet, in one number to compare. */
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

    /** The number of the packet in a place, longest first. */
    int packet(int place) {
        return order[place] & INDEX;
    }

    /**
     * How many of the next {@code lanes} packets to take alone before the others of them go in lockstep.
     *
     * <p>Lockstep costs what its longest packet costs, times all lanes, used or not; a lone packet costs what its own
     * blocks cost, at about half the speed, and a start. So a few packets, or a few far longer than the rest, are
     * cheaper alone.
     */
    int alone(int place, int lanes) {
        int end = Math.min(count, place + lanes);
        int best = 0;
        int bestCost = Integer.MAX_VALUE;
        int aloneCost = 0;
        for (int next = place; next < end; next++) {
            int length = length(next);
            int cost = aloneCost + lockstepCost(length, lanes);
            if (cost < bestCost) {
                bestCost = cost;
                best = next - place;
            }
            aloneCost += aloneCost(length);
        }
        return aloneCost < bestCost ? end - place : best;
    }

    private int length(int place) {
        return lengths[packet(place)];
    }

    /** In units of a lane's block in lockstep: the whole blocks, block 0, the tail and the fixed part. */
    private static int lockstepCost(int length, int lanes) {
        return lanes * ((length >> 6) + 3);
    }

    private static int aloneCost(int length) {
        return 8 + 2 * (length >> 6);
    }
}
