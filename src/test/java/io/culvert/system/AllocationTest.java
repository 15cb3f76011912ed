package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That the data path allocates nothing once the kernels are compiled, in the daemon as the launcher runs its JVM. */
@OnHost
class AllocationTest {
    private static final Duration WARM = Duration.ofSeconds(60);
    /** For what is still interpreted now and then; an object for each packet would be tens of megabytes. */
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
            assumeTrue(vectors, "the Vector API's kernels serve on this machine");
            stream(tunnel, 4);
            long before = allocated(tunnel.first());
            stream(tunnel, 3);
            assertThat(allocated(tunnel.first()) - before)
                    .as("bytes that the workers allocated in 3 s of TCP both ways")
                    .isLessThan(FEW_BYTES);
        }
    }

    /** Both ways, so that the daemon that is watched seals and opens. */
    private static void stream(Tunnel tunnel, int seconds) {
        Iperf.tcp(tunnel.firstSide(), tunnel.secondSide(), Tunnel.SECOND_IPV4, "-t", "" + seconds, "--bidir");
    }

    /** What the daemon's workers have allocated so far. */
    private static long allocated(Daemon daemon) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
        String threads = Command.output(jcmd, "" + daemon.process().pid(), "Thread.print", "-e");
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
