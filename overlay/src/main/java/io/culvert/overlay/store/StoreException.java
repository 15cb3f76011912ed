// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

/** Why a request to the store failed. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1;

    /** The kinds of failure, by what the caller can do. */
    public enum Kind {
        /** No answer: nobody listens, the connection broke, or there is no quorum. A commit may have happened. */
        UNAVAILABLE,
        /** The revision asked for is no longer kept: list again at the present one. */
        COMPACTED,
        /** The store refuses this client: its certificate, user or role. */
        REFUSED,
        /** The request is one that the store cannot serve; a defect. */
        INVALID
    }

    private final Kind kind;

    /**
     * Keeps no stack trace: it would be that of a network thread.
     *
     * @param message says which store and what to do
     */
    public StoreException(Kind kind, String message, Throwable cause) {
        super(message, cause, false, false);
        this.kind = kind;
    }

    /** What kind of failure it is. */
    public Kind kind() {
        return kind;
    }
}
