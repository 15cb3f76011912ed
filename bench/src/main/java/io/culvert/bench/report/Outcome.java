// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.report;

/** The outcome of a comparison of Culvert with its best peer. */
enum Outcome {
    /** Better, and each of its samples is better than each of the peer's. */
    AHEAD("ahead"),
    /** The samples overlap: the run cannot tell which is better. */
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
