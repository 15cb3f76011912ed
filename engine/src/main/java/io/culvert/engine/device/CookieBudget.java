// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.device;

/**
 * How many of the senders without a cookie get one. A reply costs several times as much as a look at a message. When
 * messages come faster than all can be answered, it is better to look at all of them, so that those with a cookie get
 * through, and to answer a part of the others, than to lose as many of both in a full socket.
 *
 * <p>The share falls with each full batch, which says that more messages wait, and rises with each other one. Confined
 * to one thread.
 */
final class CookieBudget {
    private static final int WHOLE = 256;
    private static final int LEAST = 16;
    private static final int STEP = 8;

    private int share = WHOLE;
    private int credit;

    /** A batch was received. */
    void received(boolean full) {
        share = full ? Math.max(LEAST, share - STEP) : Math.min(WHOLE, share + STEP);
    }

    /** Whether the next sender gets a cookie. */
    boolean take() {
        credit += share;
        if (credit < WHOLE) {
            return false;
        }
        credit -= WHOLE;
        return true;
    }
}
