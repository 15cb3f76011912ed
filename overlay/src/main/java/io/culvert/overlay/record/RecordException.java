// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.record;

/** A record is refused. */
public final class RecordException extends Exception {
    private static final long serialVersionUID = 1;

    private final RecordProblem problem;

    /**
     * Has no stack trace: a store that was taken over may send as many bad records as it likes.
     *
     * @param detail names the field and what was expected; without what an attacker wrote
     */
    public RecordException(RecordProblem problem, String detail) {
        super(detail, null, false, false);
        this.problem = problem;
    }

    /** Why the record is refused. */
    public RecordProblem problem() {
        return problem;
    }
}
