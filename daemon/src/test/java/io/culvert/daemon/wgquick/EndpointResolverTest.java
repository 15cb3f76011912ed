// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.culvert.daemon.wgquick.config.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndpointResolverTest {
    private static final Endpoint NAMED = new Endpoint("vpn.example", 51820, 3);

    private final List<Duration> pauses = new ArrayList<>();
    private int failures;

    private InetAddress look(String host) throws UnknownHostException {
        if (failures-- > 0) {
            throw new UnknownHostException(host + ": Temporary failure in name resolution");
        }
        return InetAddress.getByAddress(host, new byte[] {(byte) 192, 0, 2, 1});
    }

    private EndpointResolver resolver(String retries) throws IOException {
        return new EndpointResolver(Map.of(EndpointResolver.RETRIES, retries), this::look, pauses::add);
    }

    @Test
    void numericAddressIsNotLookedUp() throws Exception {
        failures = 1;
        assertThat(resolver("0").resolve(new Endpoint("2001:db8::1", 1, 3)))
                .isEqualTo(new InetSocketAddress("2001:db8::1", 1));
    }

    @Test
    void nameIsTriedAgainWithLongerPauses() throws Exception {
        failures = 15;
        assertThat(resolver("").resolve(NAMED)).isEqualTo(new InetSocketAddress("192.0.2.1", 51820));
        assertThat(pauses).hasSize(15).startsWith(Duration.ofSeconds(1), Duration.ofMillis(1200));
        assertThat(pauses).allMatch(pause -> pause.compareTo(Duration.ofSeconds(20)) <= 0);
    }

    @Test
    void afterTheLastRetryTheErrorNamesTheEndpoint() {
        failures = 3;
        assertThatThrownBy(() -> resolver("2").resolve(NAMED))
                .hasMessage("Endpoint vpn.example:51820 does not resolve: vpn.example: Temporary failure in name"
                        + " resolution (after 2 retries; WG_ENDPOINT_RESOLUTION_RETRIES)");
        assertThat(pauses).hasSize(2);
    }

    @Test
    void nameThatDoesNotExistIsNotTriedAgain() throws IOException {
        EndpointResolver resolver = new EndpointResolver(
                Map.of(),
                host -> {
                    throw new UnknownHostException(host + ": Name or service not known");
                },
                pauses::add);
        assertThatThrownBy(() -> resolver.resolve(NAMED)).hasMessageContaining("Name or service not known");
        assertThat(pauses).isEmpty();
    }

    @Test
    void wrongNumberOfRetriesIsRefused() {
        assertThatThrownBy(() -> resolver("many")).hasMessageContaining("expected a number or infinity");
    }
}
