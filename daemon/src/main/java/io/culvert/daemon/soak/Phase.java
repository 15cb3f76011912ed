// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.soak;

import java.util.concurrent.atomic.AtomicInteger;

/** What is done to the tunnel at present: nothing, or a fault, by its ordinal. Any thread. */
final class Phase {
    /** No fault, and none that has not healed. */
    static final int CALM = Fault.values().length;

    private final AtomicInteger present = new AtomicInteger(CALM);

    void set(int phase) {
        present.set(phase);
    }

    int get() {
        return present.get();
    }

    /** The number of phases. */
    static int count() {
        return CALM + 1;
    }

    static String title(int phase) {
        return phase == CALM ? "calm" : Fault.values()[phase].title();
    }
}
