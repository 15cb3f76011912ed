// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import java.util.Locale;

/** The outcome of a check. */
enum State {
    /** As it should be. */
    OK(0),
    /** It could not be looked at. */
    UNKNOWN(0),
    /** It works, and costs something. */
    WARN(1),
    /** It cannot work so. */
    FAIL(2);

    private final int exitStatus;

    State(int exitStatus) {
        this.exitStatus = exitStatus;
    }

    /** The exit status of a command whose worst finding is this. */
    int exitStatus() {
        return exitStatus;
    }

    /** As output names it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
