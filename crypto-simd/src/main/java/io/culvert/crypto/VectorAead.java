// SPDX-License-Identifier: Apache-2.0
package io.culvert.crypto;

/** Seals and opens trains on the vector kernels of one width. */
final class VectorAead implements Aead {
    private final Kernels kernels;
    private final Scratch scratch;
    private final TrainOrder order = new TrainOrder();
    private final LaneGroup group;
    private final SinglePacket single;
    private boolean groupUsed;

    VectorAead(Kernels kernels) {
        this(kernels, new Scratch());
    }

    /** Takes ownership of {@code scratch}. */
    VectorAead(Kernels kernels, Scratch scratch) {
        CompilerDirectives.install();
        OperatorProfiles.fill(kernels.lanes() * Integer.SIZE);
        this.kernels = kernels;
        this.scratch = scratch;
        group = new LaneGroup(kernels, scratch);
        single = new SinglePacket(kernels, scratch);
    }

    @Override
    public void seal(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        kernels.key(scratch.state, key);
        order.sort(lengths, count);
        for (int place = 0; place < count; ) {
            int singles = order.singles(place, kernels.lanes());
            int end = Math.min(count, place + kernels.lanes());
            for (; singles > 0; singles--) {
                int packet = order.packet(place++);
                single.seal(counters[packet], sources[packet], targets[packet], lengths[packet]);
            }
            if (place < end) {
                fill(counters, sources, targets, lengths, place, end);
                group.seal();
                place = end;
            }
        }
        forget();
    }

    @Override
    public long open(long key, long[] counters, long[] sources, long[] targets, int[] lengths, int count) {
        kernels.key(scratch.state, key);
        order.sort(lengths, count);
        long forged = 0;
        for (int place = 0; place < count; ) {
            int singles = order.singles(place, kernels.lanes());
            int end = Math.min(count, place + kernels.lanes());
            for (; singles > 0; singles--) {
                int packet = order.packet(place++);
                if (!single.open(counters[packet], sources[packet], targets[packet], lengths[packet])) {
                    forged |= 1L << packet;
                }
            }
            if (place < end) {
                fill(counters, sources, targets, lengths, place, end);
                forged |= packets(group.open(), place);
                place = end;
            }
        }
        forget();
        return forged;
    }

    @Override
    public String implementation() {
        return kernels.implementation();
    }

    @Override
    public void close() {
        scratch.close();
    }

    private void forget() {
        kernels.zero(scratch.state + Scratch.KEY_ROW * Kernels.ROW, Scratch.KEY_ROWS);
        if (groupUsed) {
            group.forget();
        }
        groupUsed = false;
        kernels.zero(scratch.keystream, scratch.keystreamUsed);
        scratch.keystreamUsed = 0;
    }

    private void fill(long[] counters, long[] sources, long[] targets, int[] lengths, int place, int end) {
        groupUsed = true;
        group.clear();
        for (int next = place; next < end; next++) {
            int packet = order.packet(next);
            group.add(counters[packet], sources[packet], targets[packet], lengths[packet]);
        }
    }

    /** The bit set of packets for a bit set of lanes, the first of which is at position {@code place}. */
    private long packets(int lanes, int place) {
        long packets = 0;
        for (int rest = lanes; rest != 0; rest &= rest - 1) {
            packets |= 1L << order.packet(place + Integer.numberOfTrailingZeros(rest));
        }
        return packets;
    }
}
