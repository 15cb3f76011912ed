// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

/** How long commands wait for daemons. */
final class Timeouts {
    /** Longer than the daemon's own limit of a start. */
    static final long START_SECONDS = 130;
    /** Longer than the daemon takes to end. */
    static final long END_SECONDS = 15;

    static final long POLL_MILLIS = 20;

    private Timeouts() {}
}
