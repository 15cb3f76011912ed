// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.jmh.pipeline;

/** Processes trains with threads of its own. Called by one thread at a time. */
interface Carrier extends AutoCloseable {
    /** Processes {@code trains} trains of {@link Feed#TRAIN} packets, and returns when all are done. */
    void carry(int trains);

    /** Trains that one worker stole from another so far. */
    long stolen();

    /** Trains that another worker than the peer's home committed so far. */
    long committedAway();

    @Override
    void close();
}
