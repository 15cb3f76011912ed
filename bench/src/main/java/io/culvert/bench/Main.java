// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench;

import io.culvert.bench.endtoend.EndToEnd;
import io.culvert.bench.endtoend.Plan;
import io.culvert.bench.endtoend.Suite;
import io.culvert.bench.gate.GateOptions;
import io.culvert.bench.jmh.JmhCommand;
import io.culvert.bench.report.ProtocolComparison;
import io.culvert.bench.report.ReportCommand;
import io.culvert.bench.report.Reports;
import io.culvert.bench.report.ResultTable;
import io.culvert.bench.result.DeprecatedNames;
import io.culvert.bench.result.Run;
import io.culvert.daemon.command.CommandErrors;
import io.culvert.daemon.command.StandardStreams;
import io.culvert.daemon.testbed.ShutdownGuard;
import io.culvert.natives.linux.ErrnoException;
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

/** {@code culvert bench}: measures tunnels end to end; the other benchmarks are subcommands. */
@Command(
        name = "culvert bench",
        description =
                "Measures Culvert and its peers between network namespaces by iperf3 and ping, in interleaved rounds.",
        sortOptions = false,
        footer = {
            "",
            "Runs are new files in --out; tracked files change only by --gate FILE --update and report --documents.",
            "--install, for every benchmark: installs the Debian packages that are missing, as root, without services."
        },
        subcommands = {AeadCommand.class, JmhCommand.class, OverlayCommand.class, ReportCommand.class})
public final class Main implements Callable<Integer> {
    @Option(names = "--quick", description = "a few tests and implementations, in minutes")
    private boolean quick;

    @Option(
            names = "--implementations",
            split = ",",
            paramLabel = "NAME",
            description = "only these implementations, such as culvert,wireguard-go-debian,no-crypto")
    private List<String> implementations = List.of();

    @Option(
            names = "--impl",
            paramLabel = "NAME=COMMAND",
            description = "adds a program with a UAPI socket: the command that runs it in the foreground for {ifname}")
    private Map<String, String> programs = new LinkedHashMap<>();

    @Option(
            names = "--tests",
            split = ",",
            paramLabel = "TEST",
            description = "only these tests, such as tcp1, ping@ipv6, tcp8@gateway, tcp1@peers10000")
    private List<String> tests;

    @Option(
            names = "--suite",
            split = ",",
            paramLabel = "SUITE",
            description =
                    "only the tests of these suites: ends (the default), start, gateway, latency, packets, flood, hub,"
                            + " scale")
    private List<String> suites = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "the number of rounds")
    private Integer rounds;

    @Option(names = "--seconds", paramLabel = "N", description = "the duration of a measurement")
    private Integer seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "seconds of traffic through each tunnel before it is measured")
    private Integer warmUp;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = Run.DIRECTORY,
            description = "directory of the JSON result (default: ${DEFAULT-VALUE})")
    private Path directory;

    @Option(
            names = "--pages",
            paramLabel = "DIR",
            defaultValue = Reports.DIRECTORY,
            description = "directory of the page and the plots (default: ${DEFAULT-VALUE})")
    private Path pages;

    @ArgGroup(exclusive = false)
    private GateOptions gate;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final long begin = System.nanoTime();

    /** For picocli. */
    public Main() {}

    /** Runs a benchmark; see {@code --help}. */
    public static void main(String[] arguments) throws ErrnoException {
        StandardStreams.restoreError();
        System.exit(CommandErrors.inWords(new CommandLine(new Main()))
                .execute(DeprecatedNames.replaceOptions(arguments, Main::warn)));
    }

    @Override
    public Integer call() throws Exception {
        return ShutdownGuard.run(() -> gate == null ? run() : gate.run(directory, command(), this::say));
    }

    private int run() throws IOException {
        Run measured = new EndToEnd().run(plan(), this::say);
        boolean stopped = Thread.interrupted();
        measured.machine().put("command", command());
        System.out.println(ResultTable.of(measured));
        System.out.println(ProtocolComparison.of(measured).text());
        System.out.println("written: " + measured.write(directory));
        if (!stopped) {
            System.out.println("report: " + Reports.write(measured, directory, pages));
        }
        return stopped ? ShutdownGuard.STOPPED : measured.series().isEmpty() ? 1 : 0;
    }

    private Plan plan() {
        try {
            Plan plan = (quick ? Plan.quick() : Plan.thorough())
                    .withNumbers(
                            number("--rounds", rounds, 1),
                            number("--seconds", seconds, 1),
                            number("--warm-up", warmUp, 0));
            if (!implementations.isEmpty() || !programs.isEmpty()) {
                plan = plan.withImplementations(
                        DeprecatedNames.replaceImplementations(implementations, Main::warn), programs);
            }
            if (tests != null && !suites.isEmpty()) {
                throw new IllegalArgumentException("--tests and --suite exclude each other");
            }
            if (!suites.isEmpty()) {
                return plan.withSuites(suites.stream().map(Suite::of).toList());
            }
            return tests == null ? plan : plan.withTests(tests);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** The number of an option, or -1 if it is not there. */
    private static int number(String option, Integer number, int least) {
        if (number != null && number < least) {
            throw new IllegalArgumentException(option + " " + number + ": expected a number from " + least + " up");
        }
        return number == null ? -1 : number;
    }

    private String command() {
        return ("bench " + String.join(" ", spec.commandLine().getParseResult().originalArgs())).strip();
    }

    private static void warn(String what) {
        System.err.println("culvert bench: warning: " + what);
    }

    private void say(String what) {
        System.err.printf(Locale.ROOT, "[%4d s] %s%n", (System.nanoTime() - begin) / 1_000_000_000, what);
    }
}
