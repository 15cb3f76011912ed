package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What only shows with time: a tunnel under traffic changes its keys at 120 s without losing a packet, and one without traffic
 * meanwhile sends nothing and uses no CPU.
 */
@Tag("soak")
@OnHost
class SoakTest {
    /** Past the change of keys at 120 s, or as long as system property {@code culvert.soak.seconds} says. */
    private static final int SECONDS = Integer.getInteger("culvert.soak.seconds", 140);

    /** One run of ping, at 100 a second; where the kernel ticks at 100 Hz it sends some 60, so both ends ping. */
    private static final int PINGS = 500;

    private static final Duration PINGS_DEADLINE = Duration.ofMinutes(1);
    /** A last passive keepalive comes 10 s after the last packet; the rest is for compilers to finish. */
    private static final Duration SETTLE = Duration.ofSeconds(30);

    private static final double MAX_IDLE_SHARE = 0.003;

    @Test
    void rekeysWithoutLossAndIdlesInSilence() {
        try (Tunnel busy = connected();
                Tunnel idle = connected()) {
            Wg wg = busy.first().wg();
            long firstHandshake = wg.latestHandshake(busy.secondKey());
            CompletableFuture<Void> pings = CompletableFuture.allOf(
                    pingAllTheTime(busy.firstSide(), Tunnel.SECOND_IPV4),
                    pingAllTheTime(busy.secondSide(), Tunnel.FIRST_IPV6));

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

    private static Tunnel connected() {
        Tunnel tunnel = Tunnel.create(Program.CULVERT, Program.CULVERT);
        tunnel.configure();
        tunnel.connectIpv4();
        Ping.once(tunnel.firstSide(), Tunnel.SECOND_IPV4);
        return tunnel;
    }

    private static CompletableFuture<Void> pingAllTheTime(Namespace from, String address) {
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        return CompletableFuture.runAsync(
                () -> {
                    while (System.nanoTime() < end) {
                        Command.Result result = from.command(
                                        "ping", "-q", "-i", "0.01", "-c", Integer.toString(PINGS), address)
                                .deadline(PINGS_DEADLINE)
                                .run()
                                .expectSuccess();
                        assertThat(result.output()).contains(" 0% packet loss");
                    }
                },
                Command::onItsOwnThread);
    }
}
