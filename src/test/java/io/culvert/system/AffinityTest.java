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

/** Workers run where they were told to, and nowhere else; and as threads that compute. */
@OnHost
class AffinityTest {
    /** Of a thread's name, IFNAME-worker-0, the system has the first 15 characters; the numbers of threads tell which is which. */
    private static final Pattern WORKER = Pattern.compile("(?s)^cv\\w+-w.*?\\nPid:\\s*(\\d+)");

    private static final Pattern PROCESSORS = Pattern.compile("(?m)^Cpus_allowed_list:\\s*(\\S+)$");

    @ParameterizedTest
    @ValueSource(strings = {"0,1", "1,0"})
    void eachWorkerRunsOnItsProcessor(String processors) {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs processors 0 and 1");
        try (Namespace namespace = Namespace.create();
                Daemon daemon = Daemon.start(
                        Program.CULVERT, namespace, Names.next(), Map.of("CULVERT_AFFINITY", processors))) {
            String tasks =
                    Command.output("sh", "-c", "cat /proc/" + daemon.process().pid() + "/task/*/status");
            Map<Integer, String> workers = new TreeMap<>();
            int anywhere = 0;
            for (String status : tasks.split("(?m)^Name:\\s*")) {
                Matcher worker = WORKER.matcher(status);
                Matcher allowed = PROCESSORS.matcher(status);
                if (worker.find() && allowed.find()) {
                    workers.put(Integer.valueOf(worker.group(1)), allowed.group(1));
                } else if (allowed.find() && allowed.group(1).length() > 1) {
                    anywhere++;
                }
            }
            assertThat(String.join(",", workers.values())).isEqualTo(processors);
            assertThat(anywhere).as("other threads, which run anywhere").isGreaterThan(2);
        }
    }

    /** proc_pid_stat(5): behind the name, which may have spaces, the policy is the 39th field. */
    @Test
    void workersInterruptNobodyWhenTheyWake() {
        try (Namespace namespace = Namespace.create();
                Daemon daemon =
                        Daemon.start(Program.CULVERT, namespace, Names.next(), Map.of("CULVERT_WORKERS", "2"))) {
            String stats =
                    Command.output("sh", "-c", "cat /proc/" + daemon.process().pid() + "/task/*/stat");
            List<String> policies = stats.lines()
                    .filter(line -> line.matches("\\d+ \\(cv\\w+-w.*"))
                    .map(line -> line.substring(line.lastIndexOf(')') + 2).split(" ")[38])
                    .toList();
            String batch = "3";
            assertThat(policies).containsExactly(batch, batch);
        }
    }

    @Test
    void processorThatThereIsNotIsSaid() {
        try (Namespace namespace = Namespace.create()) {
            for (String processors : List.of("60000", "0,none")) {
                Command.Result result = namespace
                        .command(Program.CULVERT.command(), "-f", Names.next())
                        .environment("CULVERT_AFFINITY", processors)
                        .run()
                        .expectFailure();
                assertThat(result.said())
                        .contains("CULVERT_AFFINITY=" + processors + ": ", "CPU")
                        .doesNotContain("Exception", "\tat ");
            }
            assertThat(namespace.ip("-o", "link").lines()).hasSize(1);
        }
    }
}
