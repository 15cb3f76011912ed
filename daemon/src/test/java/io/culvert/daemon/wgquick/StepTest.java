// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.daemon.wgquick.config.InterfaceAddress;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StepTest {
    static Stream<Step> steps() {
        InterfaceAddress address = InterfaceAddress.parse("fd00::1/64");
        return Stream.of(
                new AddressStep(address),
                new LinkStep(1420),
                new DnsStep(DnsStep.RESOLVCONF, List.of("10.0.0.1", "fd00::53"), List.of()),
                new DnsStep(DnsStep.RESOLVECTL, List.of("10.0.0.1"), List.of("example.org", "corp")),
                new RouteStep(address.network(), RouteStep.MAIN),
                new RuleStep(true, 32765, -1),
                new RuleStep(false, 32764, 0),
                new FirewallStep("ip6", 51820, List.of("fd00::1")),
                new FirewallStep("ip", -1, List.of()),
                new SourceMarkStep("0"));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void stateFileKeepsSteps(Step step) throws IOException {
        assertThat(Step.parse(step.text())).isEqualTo(step);
    }

    @Test
    void malformedStateIsRefused() {
        assertThatThrownBy(() -> Step.parse("dance 1")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Step.parse("rule -4 x")).isInstanceOf(IOException.class);
    }

    /** Characters that nftables has no names with are escaped, so that two interfaces never share a table. */
    @Test
    void tablesHaveTheInterfacesName() {
        assertThat(FirewallStep.table("wg0")).isEqualTo("culvert-wg0");
        assertThat(FirewallStep.table("a=b+c.d")).isEqualTo("culvert-a_3db_2bc.d");
    }
}
