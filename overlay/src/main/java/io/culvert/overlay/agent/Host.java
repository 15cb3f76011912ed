// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.wireguard.WireGuard;
import java.io.IOException;
import java.util.List;

/** The machine of a node, as far as its agent changes it. On the loop. */
interface Host {
    /** The interface's peers and key. */
    WireGuard wireGuard();

    /**
     * Starts the interface's process if it does not serve.
     *
     * @throws IOException if it does not start
     */
    void ensureRunning() throws IOException;

    /**
     * Sets addresses, MTU and routes.
     *
     * @param prefixes of the node; it takes the first address of each
     * @param mtu in bytes
     * @param pools of the network, to which the interface leads
     * @throws IOException if the system refuses
     */
    void setUp(List<Prefix> prefixes, int mtu, List<Prefix> pools) throws IOException;

    /** Changes when another process serves the interface, which then has no peers. */
    Object generation();

    /** How many packets have been sent into the interface: while it stands still, no handshake is wanted. */
    long sentPackets();
}
