package io.culvert.bench.gate;

/**
 * A slow-down that tests plant to see whether the gate finds it: each measured operation of Culvert's is followed by a delay of a share
 * of the time it took. It is in the measurement, not in what is measured.
 */
final class Plant {
    /** The property that says what is slowed down and by which share, such as {@code aead=0.15,pipeline=0.15}. */
    static final String PROPERTY = "culvert.bench.plant";

    /** No delay. */
    static final Plant NONE = new Plant(0);

    private final double share;

    private Plant(double share) {
        this.share = share;
    }

    /** What {@code text} says of {@code part}; nothing is slowed down that it does not name. */
    static Plant of(String text, String part) {
        for (String word : text.split(",")) {
            if (word.startsWith(part + "=")) {
                return new Plant(Double.parseDouble(word.substring(part.length() + 1)));
            }
        }
        return NONE;
    }

    /**
     * Delays, if told to.
     *
     * @param begin of the operation, by {@link System#nanoTime}
     * @return the nanoseconds from {@code begin} until now, the delay included
     */
    long end(long begin) {
        long now = System.nanoTime();
        long end = now + (long) ((now - begin) * share);
        while (now < end) {
            Thread.onSpinWait();
            now = System.nanoTime();
        }
        return now - begin;
    }
}
