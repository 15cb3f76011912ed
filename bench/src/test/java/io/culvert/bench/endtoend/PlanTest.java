// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.bench.endtoend.implementation.Condition;
import io.culvert.bench.endtoend.implementation.Implementation;
import io.culvert.bench.endtoend.implementation.Implementations;
import io.culvert.bench.endtoend.implementation.Topology;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static Implementation implementation(String name) {
        return Implementations.of(List.of(name), Map.of()).getFirst();
    }

    @Test
    void allTestsOfThePlansAreKnown() {
        Plan allSuites = Plan.thorough().withSuites(List.of(Suite.values()));
        for (Plan plan : List.of(Plan.thorough(), Plan.quick(), allSuites)) {
            assertThat(plan.tests().stream().map(Trial::of).map(Trial::name).toList())
                    .isEqualTo(plan.tests());
        }
    }

    @Test
    void eachMeasurementBelongsToASuite() {
        List<String> measured = Plan.thorough().withSuites(List.of(Suite.values())).tests().stream()
                .map(test -> test.replaceFirst("@.*", ""))
                .toList();
        assertThat(measured).containsAll(Trial.names());
    }

    @Test
    void withoutASuiteTestsRunBetweenTheEnds() {
        assertThat(Plan.thorough().tests()).isEqualTo(Suite.ENDS.tests());
        assertThat(Plan.thorough().tests().stream().map(Trial::of))
                .allMatch(trial -> trial.condition().topology() == Topology.ENDS);
    }

    @Test
    void parsesTopologies() {
        assertThat(Trial.of("tcp8@mtu9000@gateway").condition())
                .isEqualTo(new Condition(false, 9000, 1, Topology.GATEWAY, 0));
        assertThat(Trial.of("tcp8@mtu9000@gateway").name()).isEqualTo("tcp8@gateway@mtu9000");
        assertThat(Trial.of("udp1g@gateway6-nat").condition().topology()).isEqualTo(Topology.GATEWAY6_NAT);
        assertThat(Condition.of(List.of("hub64", "peers10000")))
                .isEqualTo(new Condition(false, 1500, 10_000, Topology.HUB, 64))
                .hasToString("@hub64@peers10000");
    }

    /** The measurement adds the peers itself: a tunnel with a million would be its result. */
    @Test
    void scaleOpensATunnelOfOnePeer() {
        Trial trial = Trial.of("scale@peers1048576");
        assertThat(trial.name()).isEqualTo("scale@peers1048576");
        assertThat(trial.condition()).isEqualTo(Condition.DEFAULT);
        assertThat(trial.measurement()).isEqualTo(new Scale(1 << 20));
        assertThatThrownBy(() -> Trial.of("scale@peers1048577")).hasMessageContaining("peers");
        assertThatThrownBy(() -> Trial.of("tcp1@peers60001")).hasMessageContaining("at most 60000 peers");
    }

    @Test
    void saysWhatIsWrongWithATopology() {
        assertThatThrownBy(() -> Trial.of("tcp1@router")).hasMessageContaining("unknown condition \"router\"; known:");
        assertThatThrownBy(() -> Trial.of("tcp1@gateway@vxlan"))
                .hasMessage("a test has one topology, got \"gateway\" and \"vxlan\"");
        assertThatThrownBy(() -> Condition.of(List.of("hub5")))
                .hasMessage("expected a hub with 6 to 250 peers, got hub5");
        assertThatThrownBy(() -> Condition.of(List.of("hub"))).hasMessageContaining("unknown condition \"hub\"");
        assertThatThrownBy(() -> Trial.of("tcp1@hub64")).hasMessage("test \"tcp1\" has no meaning at a hub");
        assertThatThrownBy(() -> Trial.of("shares@gateway"))
                .hasMessage("test \"shares\" needs a hub, as in shares@hub64");
        assertThatThrownBy(() -> Trial.of("shares@hub64@ipv6")).hasMessage("a hub is measured over IPv4 only");
        assertThatThrownBy(() -> Suite.of("voice")).hasMessageContaining("unknown suite \"voice\"; known: ends");
    }

    @Test
    void parsesConditions() {
        assertThat(Trial.of("tcp1").condition()).isEqualTo(Condition.DEFAULT);
        assertThat(Trial.of("tcp1@mtu9000@ipv6").condition()).isEqualTo(new Condition(true, 9000, 1, Topology.ENDS, 0));
        assertThat(Trial.of("tcp1@mtu9000@ipv6").name()).isEqualTo("tcp1@ipv6@mtu9000");
        assertThat(Trial.of("ping@peers10000").condition().peers()).isEqualTo(10_000);
    }

    @Test
    void rejectsUnknownNames() {
        for (String name : List.of("tcp2", "", "tcp1@ipv5", "tcp1@mtu100", "tcp1@peers0", "tcp1@peers99999")) {
            assertThatThrownBy(() -> Trial.of(name)).as(name).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> implementation("wireguard-c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("culvert");
        assertThatThrownBy(() -> Implementations.of(List.of(), Map.of("mine", "./mine --foreground")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("{ifname}");
        assertThatThrownBy(() -> new Plan(List.of(), Map.of(), List.of(), 0, 1, 1, 0, false, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void programsFollowTheNamedImplementations() {
        Plan plan = Plan.quick().withImplementations(List.of("culvert"), Map.of("mine", "/bin/mine {ifname}"));
        assertThat(Implementations.of(plan.implementations(), plan.programs()).stream()
                        .map(Implementation::name))
                .containsExactly("culvert", "mine");
    }

    @Test
    void keepsNumbersThatAreNotGiven() {
        Plan plan = Plan.quick().withNumbers(0, 7, 0);
        assertThat(plan.rounds()).isEqualTo(Plan.quick().rounds());
        assertThat(plan.seconds()).isEqualTo(7);
        assertThat(plan.warmUp()).isZero();
        assertThat(plan.withNumbers(0, 0, -1)).isEqualTo(plan);
    }

    @Test
    void unsupportedTestsHaveAReason() {
        assertThat(Trial.of("handshakes").unsupportedReason(implementation("openvpn-aes")))
                .hasValue("is not WireGuard");
        assertThat(Trial.of("handshakes").unsupportedReason(implementation("kernel-wireguard")))
                .isEmpty();
        assertThat(Trial.of("tcp1@peers100").unsupportedReason(implementation("no-crypto")))
                .isPresent();
        assertThat(Trial.of("tcp1@peers100").unsupportedReason(implementation("culvert")))
                .isEmpty();
        assertThat(Trial.of("memory").unsupportedReason(implementation("kernel-ipsec-aes")))
                .isPresent();
        assertThat(Trial.of("tcp1@gateway").unsupportedReason(implementation("strongswan-aes")))
                .hasValue("its tunnel is configured for the ends' own addresses");
        assertThat(Trial.of("tcp1@gateway").unsupportedReason(implementation("no-crypto")))
                .isEmpty();
    }

    @Test
    void theSearchForTheHighestRateBisects() {
        assertThat(RateSearch.next(40_000, 0)).isEqualTo(80_000);
        assertThat(RateSearch.next(0, 40_000)).isEqualTo(20_000);
        assertThat(RateSearch.next(40_000, 90_000)).isEqualTo(60_000);
    }
}
