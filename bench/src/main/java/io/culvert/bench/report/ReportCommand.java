package io.culvert.bench.report;

import io.culvert.bench.result.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert bench report}: makes pages and plots of recorded runs. */
@Command(
        name = "report",
        description =
                "Makes a page of HTML for each run, plots of the newest of each kind, and an index with the history.",
        mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
    private static final Path RESULTS = Path.of("perf-results");

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "Runs, as JSON (default: all of perf-results).")
    private List<Path> files = List.of();

    @Option(names = "--out", paramLabel = "DIR", description = "Where the pages go (default: perf-results).")
    private Path directory = RESULTS;

    @Spec
    private CommandSpec spec;

    /** Made by picocli. */
    public ReportCommand() {}

    @Override
    public Integer call() throws IOException {
        List<Run> runs = new ArrayList<>();
        for (Path file : files) {
            runs.add(Run.read(file));
        }
        if (files.isEmpty()) {
            runs = Reports.recorded(RESULTS);
        }
        if (runs.isEmpty()) {
            spec.commandLine().getErr().println("culvert bench: there is no run in " + RESULTS.toAbsolutePath());
            return 1;
        }
        Reports.write(runs, directory).forEach(spec.commandLine().getOut()::println);
        return 0;
    }
}
