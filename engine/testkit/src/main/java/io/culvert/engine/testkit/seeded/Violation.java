// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.testkit.seeded;

/** An invariant does not hold. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    private final Invariant invariant;

    /** The invariant, and what was seen. */
    Violation(Invariant invariant, String what) {
        super(what);
        this.invariant = invariant;
    }

    /** The same with a cause. */
    Violation(Invariant invariant, String what, Throwable cause) {
        super(what, cause);
        this.invariant = invariant;
    }

    /** The invariant. */
    public Invariant invariant() {
        return invariant;
    }
}
