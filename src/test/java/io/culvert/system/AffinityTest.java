// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each worker runs on the CPU that it is assigned to, as SCHED_BATCH, and the JIT compilers go before others. */
@OnHost
class AffinityTest {
    /**
     * The kernel keeps 15 characters of a thread's name, IFNAME-worker-0; thread numbers give the order of the workers.
     */
    private static final Pattern WORKER = Pattern.compile("(?s)^cv\\w+-w.*?\\nPid:\\s*(\\d+)");

    private static final Pattern CPUS = Pattern.compile("(?m)^Cpus_allowed_list:\\s*(\\S+)$");

    @ParameterizedTest
    @ValueSource(strings = {"0,1", "1,0"})
    void eachWorkerRunsOnItsCpu(String cpus) {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs CPUs 0 and 1");
        try (Namespace namespace = Namespace.create();
                Daemon daemon =
                        Daemon.start(Program.CULVERT, namespace, Names.next(), Map.of("CULVERT_AFFINITY", cpus))) {
            String tasks = ofThreads(daemon, "status");
            Map<Integer, String> workers = new TreeMap<>();
            int unrestricted = 0;
            for (String status : tasks.split("(?m)^Name:\\s*")) {
                Matcher worker = WORKER.matcher(status);
                Matcher allowed = CPUS.matcher(status);
                if (worker.find() && allowed.find()) {
                    workers.put(Integer.valueOf(worker.group(1)), allowed.group(1));
                } else if (allowed.find() && allowed.group(1).length() > 1) {
                    unrestricted++;
                }
            }
            assertThat(String.join(",", workers.values())).isEqualTo(cpus);
            assertThat(unrestricted).as("other threads, which run on any CPU").isGreaterThan(2);
        }
    }

    @Test
    void workersAreScheduledAsBatch() {
        try (Namespace namespace = Namespace.create();
                Daemon daemon =
                        Daemon.start(Program.CULVERT, namespace, Names.next(), Map.of("CULVERT_WORKERS", "2"))) {
            String batch = "3";
            assertThat(fields(daemon, "cv\\w+-w.*", 38)).containsExactly(batch, batch);
        }
    }

    @Test
    void compilersGoFirst() {
        String nice = Command.output("nice", "-n", "-5", "nice").strip();
        assumeTrue(nice.equals("-5"), "needs CAP_SYS_NICE");
        try (Namespace namespace = Namespace.create();
                Daemon daemon = Daemon.start(Program.CULVERT, namespace)) {
            assertThat(fields(daemon, "C[12] Comp.*", 16))
                    .hasSizeGreaterThanOrEqualTo(2)
                    .containsOnly("-5");
        }
    }

    /** What the threads' files say. A thread may end meanwhile. */
    private static String ofThreads(Daemon daemon, String file) {
        String files = "/proc/" + daemon.process().pid() + "/task/*/" + file;
        return Command.output("sh", "-c", "cat " + files + " 2>/dev/null || true");
    }

    /**
     * The field at {@code index} after the name, in proc_pid_stat(5), of each thread whose name matches. Names may
     * contain spaces.
     */
    private static List<String> fields(Daemon daemon, String name, int index) {
        return ofThreads(daemon, "stat")
                .lines()
                .filter(line -> line.matches("\\d+ \\(" + name))
                .map(line -> line.substring(line.lastIndexOf(')') + 2).split(" ")[index])
                .toList();
    }

    @Test
    void unknownCpuIsAStartupError() {
        try (Namespace namespace = Namespace.create()) {
            for (String cpus : List.of("60000", "0,none")) {
                Command.Result result = namespace
                        .command(Program.CULVERT.command(), "-f", Names.next())
                        .environment("CULVERT_AFFINITY", cpus)
                        .run()
                        .expectFailure();
                assertThat(result.allOutput())
                        .contains("CULVERT_AFFINITY=" + cpus + ": ", "CPU")
                        .doesNotContain("Exception", "\tat ");
            }
            assertThat(namespace.interfaces()).hasSize(1);
        }
    }
}
