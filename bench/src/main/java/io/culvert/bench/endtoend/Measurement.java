// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Topology;
import io.culvert.bench.endtoend.implementation.Tunnel;
import java.io.IOException;
import java.util.List;

/** A measurement of an open tunnel. */
interface Measurement {
    /**
     * Measures once.
     *
     * @param seconds the duration, of measurements that can take any time
     * @throws IOException if it has no result; the message has the reason
     */
    List<Sample> take(Tunnel tunnel, int seconds) throws IOException, InterruptedException;

    /** The approximate duration of {@link #take} in seconds. */
    double duration(int seconds);

    /** Whether it needs a tunnel without warm-up. */
    default boolean needsFreshTunnel() {
        return false;
    }

    /** Whether it needs processes at the ends, which tunnels of the kernel lack. */
    default boolean needsProcesses() {
        return false;
    }

    /** Whether it needs WireGuard at the ends. */
    default boolean needsWireGuard() {
        return false;
    }

    /**
     * Checks that it makes sense in a topology.
     *
     * @param name its name, for the message
     * @throws IllegalArgumentException if it does not
     */
    default void requireTopology(String name, Topology topology) {
        if (topology == Topology.HUB) {
            throw new IllegalArgumentException("test \"" + name + "\" has no meaning at a hub");
        }
    }

    /** Whether it sends UDP, which the warm-up then does too. */
    default boolean isUdp() {
        return false;
    }
}
