// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.sim;

/**
 * The protocol's timers, keys, roaming and counters while another worker than the peer's home commits all trains: the
 * one that reads them.
 */
class CommitsAwayFromHomeTest extends ProtocolSimulationTest {
    @Override
    int workers() {
        return 2;
    }
}
