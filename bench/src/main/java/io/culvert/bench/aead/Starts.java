// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.aead;

import io.culvert.bench.process.ChildJvm;
import io.culvert.bench.report.Reports;
import io.culvert.bench.result.Machine;
import io.culvert.bench.result.Run;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures new JVMs from their start: a thread seals continuously while the kernels are compiled. They alternate with
 * JVMs that use JCE only, which Culvert must not fall behind until then. All have the JVM options of the daemon.
 */
final class Starts {
    private static final int SECONDS = 6;

    private final Arguments arguments;
    private final PrintStream out = System.out;

    Starts(Arguments arguments) {
        this.arguments = arguments;
    }

    /** Measures, prints and writes. */
    void run() throws IOException, InterruptedException {
        Map<String, String> facts = Machine.facts();
        facts.put("command", arguments.commandLine());
        List<Start> culvert = new ArrayList<>();
        List<Start> jce = new ArrayList<>();
        for (int i = 0; i < arguments.starts(); i++) {
            culvert.add(start("auto"));
            jce.add(start("jce"));
            out.printf("%d of %d started%n", i + 1, arguments.starts());
        }
        StartReport report = new StartReport(culvert, jce);
        facts.forEach((name, value) -> out.printf("%-16s %s%n", name, value));
        report.print(out);
        Run run = report.run(facts);
        Path directory = Path.of(arguments.directory());
        out.println("written: " + run.write(directory));
        out.println("report: " + Reports.write(run, directory, Path.of(arguments.pages())));
    }

    private Start start(String implementation) throws IOException, InterruptedException {
        return Start.parse(ChildJvm.run(
                ColdStart.class,
                ChildJvm.daemonOptions(arguments.jvmArguments()),
                ColdStart.RESULT,
                "" + SECONDS * Start.SLICES_A_SECOND,
                implementation));
    }
}
