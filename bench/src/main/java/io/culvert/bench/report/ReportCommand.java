// SPDX-License-Identifier: Apache-2.0
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert bench report}: writes the report on recorded runs. */
@Command(
        name = "report",
        description = "Writes a page of HTML for each run, plots of the newest run of each kind, and an index.",
        sortOptions = false)
public final class ReportCommand implements Callable<Integer> {
    private static final Path RESULTS = Path.of(Run.DIRECTORY);

    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description = "runs as JSON (default: all of " + Run.DIRECTORY + ")")
    private List<Path> files = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = Reports.DIRECTORY,
            description = "directory of the report (default: ${DEFAULT-VALUE})")
    private Path directory;

    @Option(
            names = "--documents",
            description =
                    "also updates " + Run.DIRECTORY + "/README.md and the plots that documents show; without FILE")
    private boolean documents;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    /** For picocli. */
    public ReportCommand() {}

    @Override
    public Integer call() throws IOException {
        if (documents && !files.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--documents needs all runs: leave out FILE");
        }
        List<Run> runs = new ArrayList<>();
        for (Path file : files) {
            runs.add(Run.read(file));
        }
        if (files.isEmpty()) {
            runs = Reports.recorded(RESULTS);
        }
        if (runs.isEmpty()) {
            spec.commandLine().getErr().println("culvert bench: no runs in " + RESULTS.toAbsolutePath());
            return 1;
        }
        Reports.write(runs, directory).forEach(spec.commandLine().getOut()::println);
        if (documents) {
            new ResultsDirectory(RESULTS)
                    .update(runs, directory)
                    .forEach(spec.commandLine().getOut()::println);
        }
        return 0;
    }
}
