// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

/** Topology A with wireguard-go first, Culvert second. */
class WireguardGoToCulvertTest extends TopologyScenarios {
    WireguardGoToCulvertTest() {
        super(Program.WIREGUARD_GO, Program.CULVERT);
    }
}
