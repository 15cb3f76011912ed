// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.daemon.status.InterfaceStatus;
import io.culvert.daemon.status.StatusReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert doctor}: what a tunnel depends on here, what each thing costs, and how to mend it. */
@Command(
        name = "doctor",
        description = "Checks what tunnels depend on: each thing, why it is so, what it costs, and how to mend it.",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        footer = {
            "",
            "Exit status: 0 if all is well, 1 if something costs, 2 if something cannot work.",
            "It changes nothing. As an ordinary user it says what it could not look at (unknown)."
        })
public final class DoctorCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "IFNAME", description = "Check only this running interface.")
    private String name;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public DoctorCommand() {}

    @Override
    public Integer call() throws IOException {
        Report report = name == null ? all(new LinuxHost()) : one(new LinuxHost());
        spec.commandLine().getOut().print(json ? report.json() : report.text());
        spec.commandLine().getOut().flush();
        return report.exitStatus();
    }

    private static Report all(Host host) throws IOException {
        List<Finding> findings = new ArrayList<>(SystemChecks.of(host));
        findings.addAll(TunnelChecks.of(host));
        findings.addAll(CipherChecks.of(host));
        findings.addAll(NetworkChecks.of(host));
        for (InterfaceStatus status : new StatusReader(StatusReader.SOCKETS).read(List.of())) {
            findings.addAll(InterfaceChecks.of(host, status));
        }
        return new Report(findings);
    }

    private Report one(Host host) {
        return new Report(InterfaceChecks.of(host, new StatusReader(StatusReader.SOCKETS).read(name)));
    }
}
