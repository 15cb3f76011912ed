// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.crypto.Aead;
import io.culvert.engine.packet.Segmenter;
import io.culvert.natives.Memory;

/**
 * Groups of data messages of one session, sealed under the counters 0 to {@value #COUNTERS} - 1.
 *
 * <pre>
 *  | 16 B header | packet | tag | 16 B header | packet | tag | ...     each group {@link Feed#TRAIN} messages
 * </pre>
 */
final class Corpus {
    /** The number of groups. */
    static final int GROUPS = 4;
    /** Counters per group, more than it has messages. */
    static final int GROUP_COUNTERS = 64;
    /** Counters after which the corpus repeats: a power of two. */
    static final int COUNTERS = GROUPS * GROUP_COUNTERS;

    private static final int HEADER = 16;
    private static final int COUNTER = 8;

    private final InnerPackets shape;
    private final int messageBytes;
    private final int groupBytes;
    private final long memory;

    /**
     * Seals a corpus.
     *
     * @param shape of the packets, with one segment
     * @param from inner source address
     * @param to inner destination address
     * @param receiver the receiver's index
     * @param key address of the session's key
     */
    Corpus(InnerPackets shape, int from, int to, int receiver, long key, Aead aead) {
        this.shape = shape;
        int padded = Math.min(shape.segmentBytes() + 15 & -16, Tunnel.MTU);
        messageBytes = HEADER + padded + Aead.TAG_BYTES;
        groupBytes = Feed.TRAIN * messageBytes;
        memory = Memory.allocate((long) GROUPS * groupBytes + 64, 4096);
        for (int group = 0; group < GROUPS; group++) {
            lay(group, from, to, receiver);
            seal(group, padded, key, aead);
        }
    }

    private void lay(int group, int from, int to, int receiver) {
        // Groups do not continue each other's sequence, so that none is coalesced with the next.
        InnerPackets row = new InnerPackets(shape.ipv6(), shape.tcp(), shape.payload(), Feed.TRAIN);
        long whole = Memory.allocate(row.bytes(), 64);
        row.lay(whole, from, to, group << 24);
        Segmenter segmenter = new Segmenter();
        segmenter.start(whole, row.bytes());
        for (int i = 0; i < Feed.TRAIN; i++) {
            long message = message(group, i);
            Memory.putInt(message, 4);
            Memory.putInt(message + 4, receiver);
            segmenter.next(message + HEADER);
        }
        Memory.free(whole);
    }

    private void seal(int group, int padded, long key, Aead aead) {
        long[] counters = new long[Feed.TRAIN];
        long[] packets = new long[Feed.TRAIN];
        int[] lengths = new int[Feed.TRAIN];
        for (int i = 0; i < Feed.TRAIN; i++) {
            counters[i] = (long) group * GROUP_COUNTERS + i;
            packets[i] = message(group, i) + HEADER;
            lengths[i] = padded;
        }
        aead.seal(key, counters, packets, packets, lengths, Feed.TRAIN);
    }

    private long message(int group, int i) {
        return memory + (long) group * groupBytes + (long) i * messageBytes;
    }

    InnerPackets shape() {
        return shape;
    }

    /** Bytes of each message. */
    int messageBytes() {
        return messageBytes;
    }

    /**
     * Copies group {@code group} modulo {@link #GROUPS} to {@code target}, with the message counters of {@code group}.
     */
    void copy(long group, long target) {
        Memory.copy(message((int) group & GROUPS - 1, 0), target, groupBytes);
        for (int i = 0; i < Feed.TRAIN; i++) {
            Memory.putLong(target + (long) i * messageBytes + COUNTER, group * GROUP_COUNTERS + i);
        }
    }
}
