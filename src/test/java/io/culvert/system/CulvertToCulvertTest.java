// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

/** Topology A with Culvert at both ends. */
class CulvertToCulvertTest extends TopologyScenarios {
    CulvertToCulvertTest() {
        super(Program.CULVERT, Program.CULVERT);
    }
}
