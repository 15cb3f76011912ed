// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The data path of a daemon, run by the launcher, allocates nothing once the AEAD kernels are compiled. */
@OnHost
class AllocationTest {
    private static final Duration WARM = Duration.ofSeconds(60);
    /** A margin for code that is still interpreted; an object for each packet would make tens of megabytes. */
    private static final long FEW_BYTES = 1_000_000;

    private static final Pattern ALLOCATED = Pattern.compile("-worker-\\d+\" .*? allocated=(\\d+)([BKMG])");

    @Test
    void trafficAllocatesNothing() {
        Map<String, String> environment = Map.of("CULVERT_WARMUP", "on", "LOG_LEVEL", "verbose");
        try (Tunnel tunnel = Tunnel.create(
                namespace -> Daemon.start(Program.CULVERT, namespace, Names.next(), environment),
                namespace -> Daemon.start(Program.CULVERT, namespace))) {
            tunnel.configure();
            tunnel.connectIpv4();
            boolean vectors =
                    Eventually.holds(WARM, () -> tunnel.first().log().contains("AEAD implementation: vector"));
            assumeTrue(vectors, "needs a machine on which the Vector API kernels are used");
            stream(tunnel, 4);
            long before = allocated(tunnel.first());
            stream(tunnel, 3);
            assertThat(allocated(tunnel.first()) - before)
                    .as("bytes that the workers allocated in 3 s of TCP both ways")
                    .isLessThan(FEW_BYTES);
        }
    }

    /** Both ways, so that the daemon under test seals and opens. */
    private static void stream(Tunnel tunnel, int seconds) {
        Iperf.tcp(tunnel.firstSide(), tunnel.secondSide(), Tunnel.SECOND_IPV4, seconds, "--bidir");
    }

    /** Bytes that the daemon's workers have allocated so far. */
    private static long allocated(Daemon daemon) {
        String pid = Long.toString(daemon.process().pid());
        String threads = Command.output(Repository.jdkProgram("jcmd"), pid, "Thread.print", "-e");
        assertThat(threads).containsPattern(ALLOCATED);
        return ALLOCATED
                .matcher(threads)
                .results()
                .mapToLong(AllocationTest::bytes)
                .sum();
    }

    private static long bytes(MatchResult thread) {
        return Long.parseLong(thread.group(1)) << 10 * "BKMG".indexOf(thread.group(2));
    }
}
