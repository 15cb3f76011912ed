// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.status;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert status}: all userspace WireGuard interfaces of this machine, and their peers. */
@Command(
        name = "status",
        description = "Shows the WireGuard interfaces that run in user space, and their peers.",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        footer = {"", "Exit status: 0 if each interface carries packets, 1 if one does not, 2 for a wrong command line."
        })
public final class StatusCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "IFNAME", description = "Only these interfaces (default: all).")
    private List<String> names = List.of();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public StatusCommand() {}

    @Override
    public Integer call() throws IOException {
        List<InterfaceStatus> found = new StatusReader(StatusReader.SOCKETS).read(names);
        long now = Instant.now().getEpochSecond();
        String text = json ? StatusJson.of(found, now) : StatusText.of(found, now);
        if (found.isEmpty() && !json) {
            text = "no userspace WireGuard runs: there is no socket in " + StatusReader.SOCKETS + "\n";
        }
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        return found.stream().allMatch(status -> status.unreadyReason().isEmpty()) ? 0 : 1;
    }
}
