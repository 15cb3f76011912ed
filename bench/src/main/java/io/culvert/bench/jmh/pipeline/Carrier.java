package io.culvert.bench.jmh.pipeline;

/** Carries packets with threads of its own. One thread at a time asks it to. */
interface Carrier extends AutoCloseable {
    /** Carries so many trains of {@link Feed#TRAIN} packets, and returns when all have come through. */
    void carry(int trains);

    /** How many trains one worker took from another so far. */
    long stolen();

    /** How many commits one worker asked another for so far. */
    long commitsRequested();

    @Override
    void close();
}
