// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.ipam;

/** No index could be claimed. */
public final class ClaimException extends Exception {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Reason {
        /** The pool has no index that is free. */
        FULL,
        /** The node's member record was written by another enroller meanwhile. */
        MEMBER_CHANGED,
        /** Other enrollers were faster, many times. */
        CONTENDED
    }

    private final Reason reason;

    ClaimException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
