package io.culvert.system;

/** Topology A with wireguard-go first, Culvert second. */
class WireguardGoToCulvertTest extends TopologyScenarios {
    WireguardGoToCulvertTest() {
        super(Program.WIREGUARD_GO, Program.CULVERT);
    }
}
