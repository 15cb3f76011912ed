// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

/** Topology A with Culvert first, wireguard-go second. */
class CulvertToWireguardGoTest extends TopologyScenarios {
    CulvertToWireguardGoTest() {
        super(Program.CULVERT, Program.WIREGUARD_GO);
    }
}
