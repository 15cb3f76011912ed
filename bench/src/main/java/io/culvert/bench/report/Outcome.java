package io.culvert.bench.report;

/** How Culvert stands to the best of its peers. */
enum Outcome {
    /** Better, and each of its samples is better than each of the peer's. */
    AHEAD("ahead"),
    /** The samples of both overlap: the run cannot tell which is better. */
    LEVEL("level"),
    /** Worse, and each of its samples is worse than each of the peer's. */
    BEHIND("behind");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
