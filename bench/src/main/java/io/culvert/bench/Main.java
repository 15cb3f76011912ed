package io.culvert.bench;

import io.culvert.bench.endtoend.Announcement;
import io.culvert.bench.endtoend.EndToEnd;
import io.culvert.bench.endtoend.Plan;
import io.culvert.bench.endtoend.ResultTable;
import io.culvert.bench.gate.GateOptions;
import io.culvert.bench.jmh.JmhCommand;
import io.culvert.bench.report.ReportCommand;
import io.culvert.bench.report.Reports;
import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert bench}: end to end beside the peers; the other benchmarks are subcommands. */
@Command(
        name = "culvert bench",
        description =
                "Measures Culvert and its peers between two network namespaces, with iperf3 and ping, in interleaved rounds.",
        sortOptions = false,
        subcommands = {AeadCommand.class, JmhCommand.class, ReportCommand.class})
public final class Main implements Callable<Integer> {
    @Option(names = "--quick", description = "a few telling tests, in minutes")
    private boolean quick;

    @Option(names = "--contenders", split = ",", paramLabel = "NAME", description = "only these, of those it knows")
    private List<String> contenders = List.of();

    @Option(
            names = "--impl",
            paramLabel = "NAME=COMMAND",
            description =
                    "one more WireGuard program with a UAPI socket: what runs it in the foreground for interface {ifname}")
    private Map<String, String> programs = new LinkedHashMap<>();

    @Option(
            names = "--tests",
            split = ",",
            paramLabel = "TEST",
            description = "only these, such as tcp1, ping@ipv6, tcp8@mtu9000, tcp1@peers10000")
    private List<String> tests;

    @Option(names = "--rounds", paramLabel = "N", description = "how often each is measured")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "N", description = "how long each measurement takes")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "-1",
            description = "how many seconds each tunnel is used before it is measured")
    private int warmUp;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "perf-results",
            description = "where the results go (default: ${DEFAULT-VALUE})")
    private Path directory;

    @ArgGroup(exclusive = false)
    private GateOptions gate;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final long begin = System.nanoTime();

    /** Made by the command line. */
    public Main() {}

    /** Runs a benchmark; see {@code --help}. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        return OrderlyStop.of(() -> gate == null ? run() : gate.run(directory, command(), this::say));
    }

    private int run() throws IOException {
        Run measured = new EndToEnd().run(plan(), this::say);
        boolean stopped = Thread.interrupted();
        measured.machine().put("command", command());
        System.out.println(ResultTable.of(measured));
        System.out.println(Announcement.of(measured));
        System.out.println("written: " + measured.write(directory));
        if (!stopped) {
            System.out.println("to be looked at: " + Reports.write(measured, directory));
        }
        return stopped ? OrderlyStop.STOPPED : measured.series().isEmpty() ? 1 : 0;
    }

    private Plan plan() {
        try {
            Plan plan = (quick ? Plan.quick() : Plan.thorough()).withNumbers(rounds, seconds, warmUp);
            if (!contenders.isEmpty() || !programs.isEmpty()) {
                plan = plan.withContenders(contenders, programs);
            }
            return tests == null ? plan : plan.withTests(tests);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private String command() {
        return ("bench " + String.join(" ", spec.commandLine().getParseResult().originalArgs())).strip();
    }

    private void say(String what) {
        System.err.printf(Locale.ROOT, "[%4d s] %s%n", (System.nanoTime() - begin) / 1_000_000_000, what);
    }
}
