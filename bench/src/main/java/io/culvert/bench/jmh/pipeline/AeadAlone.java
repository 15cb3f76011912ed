// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

import io.culvert.bench.jmh.suite.InnerPackets;
import io.culvert.crypto.Aead;
import io.culvert.crypto.Aeads;
import io.culvert.natives.Memory;
import java.util.concurrent.locks.LockSupport;

/**
 * The upper bound for the pipeline: as many threads as it has workers, which only seal trains in place, or open them
 * after a copy that stands for the kernel's.
 */
final class AeadAlone implements Carrier {
    private final Aeads aeads;
    private final Lane[] lanes;
    private final CompletionLatch latch = new CompletionLatch();

    AeadAlone(Aeads aeads, boolean send, int workers, InnerPackets shape) {
        this.aeads = aeads;
        lanes = new Lane[workers];
        for (int i = 0; i < workers; i++) {
            lanes[i] = new Lane(send, shape);
            lanes[i].start();
        }
    }

    /** One thread. The measuring thread writes {@code asked}: the number of trains, or -1 to end. */
    private final class Lane extends Thread {
        private final boolean send;
        private final Corpus corpus;
        private final long key = Memory.allocate(Aead.KEY_BYTES, 64);
        private final long slab;
        private final long[] counters = new long[Feed.TRAIN];
        private final long[] packets = new long[Feed.TRAIN];
        private final int[] lengths = new int[Feed.TRAIN];
        private volatile int asked;

        Lane(boolean send, InnerPackets shape) {
            super("aead-alone");
            setDaemon(true);
            this.send = send;
            try (Aead aead = aeads.create()) {
                corpus = new Corpus(shape, 1, 2, 3, key, aead);
            }
            slab = Memory.allocate((long) Feed.TRAIN * corpus.messageBytes() + 64, 4096);
            for (int i = 0; i < Feed.TRAIN; i++) {
                packets[i] = slab + 16 + (long) i * corpus.messageBytes();
                lengths[i] = corpus.messageBytes() - 32;
            }
        }

        @Override
        public void run() {
            try (Aead aead = aeads.create()) {
                while (asked >= 0) {
                    int trains = asked;
                    if (trains == 0) {
                        LockSupport.park();
                        continue;
                    }
                    for (int i = 0; i < trains; i++) {
                        train(aead, i);
                    }
                    asked = 0;
                    latch.done();
                }
            }
        }

        private void train(Aead aead, int number) {
            int group = number & Corpus.GROUPS - 1;
            for (int i = 0; i < Feed.TRAIN; i++) {
                counters[i] = (long) group * Corpus.GROUP_COUNTERS + i;
            }
            if (send) {
                aead.seal(key, counters, packets, packets, lengths, Feed.TRAIN);
            } else {
                corpus.copy(group, slab);
                if (aead.open(key, counters, packets, packets, lengths, Feed.TRAIN) != 0) {
                    throw new IllegalStateException("the train failed authentication");
                }
            }
        }

        void submit(int trains) {
            asked = trains;
            LockSupport.unpark(this);
        }
    }

    @Override
    public void carry(int trains) {
        latch.begin(lanes.length);
        for (int i = 0; i < lanes.length; i++) {
            lanes[i].submit(trains / lanes.length + (i < trains % lanes.length ? 1 : 0));
        }
        if (!latch.await()) {
            throw new IllegalStateException("timeout: a sealing or opening thread has ended");
        }
    }

    @Override
    public long stolen() {
        return 0;
    }

    @Override
    public long committedAway() {
        return 0;
    }

    @Override
    public void close() {
        for (Lane lane : lanes) {
            lane.submit(-1);
        }
    }
}
