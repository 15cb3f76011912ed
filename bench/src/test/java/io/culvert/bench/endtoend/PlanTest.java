// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.bench.endtoend.implementation.Condition;
import io.culvert.bench.endtoend.implementation.Implementation;
import io.culvert.bench.endtoend.implementation.Implementations;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static Implementation implementation(String name) {
        return Implementations.of(List.of(name), Map.of()).getFirst();
    }

    @Test
    void allTestsOfThePlansAreKnown() {
        for (Plan plan : List.of(Plan.thorough(), Plan.quick())) {
            assertThat(plan.tests().stream().map(Trial::of).map(Trial::name).toList())
                    .isEqualTo(plan.tests());
        }
    }

    @Test
    void theThoroughPlanHasAllMeasurements() {
        assertThat(Plan.thorough().tests()).containsAll(Trial.names());
    }

    @Test
    void parsesConditions() {
        assertThat(Trial.of("tcp1").condition()).isEqualTo(Condition.DEFAULT);
        assertThat(Trial.of("tcp1@mtu9000@ipv6").condition()).isEqualTo(new Condition(true, 9000, 1));
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
    }

    @Test
    void theSearchForTheHighestRateBisects() {
        assertThat(UdpMax.next(40_000, 0)).isEqualTo(80_000);
        assertThat(UdpMax.next(0, 40_000)).isEqualTo(20_000);
        assertThat(UdpMax.next(40_000, 90_000)).isEqualTo(60_000);
    }
}
