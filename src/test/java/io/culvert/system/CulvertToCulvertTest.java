package io.culvert.system;

/** Topology A with Culvert at both ends. */
class CulvertToCulvertTest extends TopologyScenarios {
    CulvertToCulvertTest() {
        super(Program.CULVERT, Program.CULVERT);
    }
}
