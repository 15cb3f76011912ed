// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.Pinger;
import io.culvert.daemon.testbed.RoundTrips;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Behaviour over minutes: a tunnel under traffic changes its keys at 120 s without losing a packet, while an idle one
 * sends nothing and uses no CPU.
 *
 * <p>Both tests wait most of the time, so they run at once, and beside other tests.
 */
@Tag("soak")
@OnHost
@Execution(ExecutionMode.CONCURRENT)
class SoakTest {
    /** System property {@code culvert.soak.seconds}; the default exceeds the rekey time of 120 s. */
    private static final int SECONDS = Integer.getInteger("culvert.soak.seconds", 140);

    /** The pings of one run, 100 a second. A kernel with a tick of 100 Hz sends some 60, so both ends ping. */
    private static final int PINGS = 500;

    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Duration LINGER = Duration.ofSeconds(10);
    /** The last passive keepalive follows the last packet by 10 s; the rest is for the JIT compilers to finish. */
    private static final Duration SETTLE = Duration.ofSeconds(30);

    private static final double MAX_IDLE_SHARE = 0.003;

    @Test
    void rekeysWithoutLossAndIdlesInSilence() {
        try (Tunnel busy = connected();
                Tunnel idle = connected()) {
            Wg wg = busy.first().wg();
            long firstHandshake = wg.latestHandshake(busy.secondKey());
            CompletableFuture<Void> pings = CompletableFuture.allOf(
                    pingContinuously(busy.firstSide(), Tunnel.SECOND_IPV4),
                    pingContinuously(busy.secondSide(), Tunnel.FIRST_IPV6));

            Eventually.pause(SETTLE);
            long sentBefore = idle.outside().packetsSent("lo");
            String countersBefore = idle.first().wg().show("transfer");
            double cpuBefore = idle.first().cpuSeconds() + idle.second().cpuSeconds();
            long begin = System.nanoTime();

            pings.join();
            double elapsed = (System.nanoTime() - begin) / 1e9;
            double share = (idle.first().cpuSeconds() + idle.second().cpuSeconds() - cpuBefore) / elapsed / 2;

            assertThat(wg.latestHandshake(busy.secondKey()) - firstHandshake)
                    .as("seconds between the handshakes")
                    .isBetween(119L, 125L);
            assertThat(idle.outside().packetsSent("lo"))
                    .as("packets sent while idle")
                    .isEqualTo(sentBefore);
            assertThat(idle.first().wg().show("transfer")).isEqualTo(countersBefore);
            assertThat(share).as("share of one core while idle").isLessThan(MAX_IDLE_SHARE);
        }
    }

    /** Faults come one after another, in an order that each run chooses. */
    @Test
    void theTunnelComesBackAfterEachFault() {
        Command.Result result = Command.of(Program.CULVERT.command(), "soak", "--minutes", "3")
                .limit(Duration.ofMinutes(10))
                .run();
        assertThat(result.exit()).as(result.allOutput()).isZero();
        assertThat(result.output()).endsWith("holds\n");
    }

    private static Tunnel connected() {
        Tunnel tunnel = Tunnel.create(Program.CULVERT, Program.CULVERT);
        tunnel.configure();
        tunnel.connectIpv4();
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        return tunnel;
    }

    private static CompletableFuture<Void> pingContinuously(Namespace from, String address) {
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        return CompletableFuture.runAsync(
                () -> {
                    while (System.nanoTime() < end) {
                        RoundTrips trips =
                                Unchecked.call(() -> Pinger.measure(from.network(), address, PINGS, INTERVAL, LINGER));
                        assertThat(trips.lostPercent()).as("percent lost").isZero();
                    }
                },
                task -> Thread.ofPlatform().daemon().start(task));
    }
}
