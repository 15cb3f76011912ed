// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend.implementation;

import io.culvert.daemon.testbed.Testbed;
import java.io.IOException;
import java.util.Optional;

/** An implementation of a tunnel protocol. */
public interface Implementation {
    /** Its name in results and on the command line. */
    String name();

    /** Its version as it reports it; only if it is available. */
    String version() throws InterruptedException;

    /**
     * Installs what it needs, if {@code installer} can.
     *
     * @return the reason why it cannot run; empty if it can
     */
    Optional<String> unavailableReason(Installer installer) throws InterruptedException;

    /** The reason why it does not support a condition; empty if it does. */
    default Optional<String> unsupportedReason(Condition condition) {
        return condition.peers() == 1 && condition.topology() != Topology.HUB
                ? Optional.empty()
                : Optional.of("connects only two peers");
    }

    /** The reason of one whose tunnel carries the ends' own addresses only; empty if that is enough. */
    static Optional<String> onlyBetweenEnds(Condition condition) {
        if (condition.topology() != Topology.ENDS) {
            return Optional.of("its tunnel is configured for the ends' own addresses");
        }
        return condition.peers() == 1 ? Optional.empty() : Optional.of("connects only two peers");
    }

    /** Whether processes carry its tunnels, not the kernel. */
    default boolean isProgram() {
        return true;
    }

    /** Whether it is WireGuard, with which the benchmark can do handshakes. */
    default boolean isWireGuard() {
        return false;
    }

    /**
     * Opens a tunnel, and returns once it carries packets.
     *
     * @throws IOException if it fails; then it has been cleaned up
     */
    Tunnel open(Testbed testbed, Condition condition) throws IOException, InterruptedException;
}
