// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.io;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.stream.Stream;

/**
 * The present {@link Shortfall}s of one part of a platform. Each is logged when it begins, when its reason changes, and
 * when it ends; not with each attempt. Thread-safe.
 */
public final class Shortfalls {
    private static final Logger LOG = System.getLogger(Shortfalls.class.getName());

    private final Level level;
    /** Written under the monitor; read by any thread. Volatile: a list does not change after it was published. */
    private volatile List<Shortfall> present = List.of();

    /** None, each to be logged at {@code level}. */
    public Shortfalls(Level level) {
        this.level = level;
    }

    /** The present ones, in the order in which they began. */
    public List<Shortfall> list() {
        return present;
    }

    /** Whether this is a present one. */
    public boolean has(String what) {
        return present.stream().anyMatch(one -> one.what().equals(what));
    }

    /** Begins a shortfall, or gives it another reason. */
    public synchronized void begin(String what, String reason) {
        Shortfall added = new Shortfall(what, reason);
        if (!present.contains(added)) {
            present = Stream.concat(without(what), Stream.of(added)).toList();
            LOG.log(level, "{0} is not as wanted, tried again later: {1}", what, reason);
        }
    }

    /** Ends a shortfall, if there is one. */
    public synchronized void end(String what) {
        if (has(what)) {
            present = without(what).toList();
            LOG.log(level, "{0} is as wanted now", what);
        }
    }

    private Stream<Shortfall> without(String what) {
        return present.stream().filter(one -> !one.what().equals(what));
    }
}
