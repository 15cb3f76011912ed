// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay;

import io.culvert.overlay.agent.Peers;
import io.culvert.overlay.agent.Run;
import io.culvert.overlay.agent.Status;
import io.culvert.overlay.command.CommandErrors;
import io.culvert.overlay.command.Logs;
import io.culvert.overlay.enrolment.Enrol;
import io.culvert.overlay.enrolment.Init;
import io.culvert.overlay.enrolment.Renew;
import io.culvert.overlay.enrolment.Revoke;
import io.culvert.overlay.enrolment.Rotate;
import io.culvert.overlay.enrolment.Verify;
import io.culvert.overlay.relay.Relay;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the overlay, and the entry point of its program. */
@Command(
        name = "culvert overlay",
        description = "Keeps the peer lists of many nodes by records in etcd.",
        mixinStandardHelpOptions = true,
        version = "culvert overlay " + Main.VERSION,
        footer = {"", "Environment:", "  LOG_LEVEL  silent, error, info (default), or verbose (same as debug)"},
        subcommands = {
            Init.class,
            Enrol.class,
            Run.class,
            Status.class,
            Peers.class,
            Renew.class,
            Revoke.class,
            Rotate.class,
            Verify.class,
            Relay.class
        })
public final class Main implements Callable<Integer> {
    static final String VERSION = "0.1.0";

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        Logs.start(System.getenv("LOG_LEVEL"));
        System.exit(commandLine().execute(args));
    }

    /** The command line; tests run it in their own JVM. */
    static CommandLine commandLine() {
        return CommandErrors.inWords(new CommandLine(new Main()).setUsageHelpWidth(100));
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing, such as init, enrol or run");
    }
}
