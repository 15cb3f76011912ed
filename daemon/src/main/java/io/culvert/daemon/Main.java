// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.daemon.command.CommandErrors;
import io.culvert.daemon.command.StandardStreams;
import io.culvert.daemon.demo.Demo;
import io.culvert.daemon.doctor.DoctorCommand;
import io.culvert.daemon.soak.Soak;
import io.culvert.daemon.status.StatusCommand;
import io.culvert.daemon.top.TopCommand;
import io.culvert.daemon.wgquick.Down;
import io.culvert.daemon.wgquick.Reload;
import io.culvert.daemon.wgquick.Up;
import io.culvert.natives.linux.ErrnoException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line, and the entry point of the program. */
@Command(
        name = "culvert",
        description = "Creates the WireGuard interface IFNAME and serves it; configure it with wg(8) or wg-quick(8).",
        mixinStandardHelpOptions = true,
        version = "culvert " + Main.VERSION,
        usageHelpWidth = 100,
        footer = {
            "",
            "A program of its own, with --help:",
            "  overlay  Keeps the peers of many nodes by records in etcd.",
            "",
            "In a source tree also, each with --help:",
            "  bench     Measures tunnels beside other implementations; bench aead, bench jmh, bench report.",
            "  build     Builds what has changed.",
            "  profile   Writes flame graphs of a tunnel under iperf3.",
            "  simulate  Replays a simulation of devices and their network from its seed.",
            "",
            "Environment:",
            "  LOG_LEVEL                 silent, error (default), info, or verbose (same as debug)",
            "  WG_TUN_FD, WG_UAPI_FD     file descriptors of a TUN interface and a UAPI socket to take over",
            "  WG_PROCESS_FOREGROUND     1, yes, true or on: same as --foreground",
            "  CULVERT_WORKERS           number of threads that carry packets (default: one per core)",
            "  CULVERT_AFFINITY          CPUs to pin these threads to, such as 2,4-7 (default: no pinning)",
            "  CULVERT_IO                auto (default), io_uring or plain",
            "  CULVERT_OFFLOADS          offloads to switch off or on: -udp-gso,-tun-uso or -all (see README)",
            "  CULVERT_AEAD              auto (default), vector-512, vector-256, openssl or jce",
            "  CULVERT_WARMUP            on (default): self-traffic behind the idle daemon; or off",
            "  CULVERT_SANDBOX           on (default): drop capabilities and unneeded system calls; log; or off",
            "  CULVERT_METRICS           where to serve metrics over HTTP: 127.0.0.1:9586, :9586, unix:/PATH",
            "  CULVERT_LOG               stderr, syslog, or a file (default: stderr; in the background the system log)",
            "  CULVERT_SERVICE           off: a process of its own, also while culvert service runs",
            "  CULVERT_WATCHDOG          seconds for which a thread may be stuck before the daemon ends (default: 30)",
            "  CULVERT_JAVA_OPTS         additional JVM options"
        },
        subcommands = {
            Up.class,
            Down.class,
            Reload.class,
            StatusCommand.class,
            TopCommand.class,
            DoctorCommand.class,
            ServiceCommand.class,
            Demo.class,
            Soak.class
        })
public final class Main implements Callable<Integer> {
    static final String VERSION = "0.1.0";

    @Option(
            names = {"-f", "--foreground"},
            description = "Run in the foreground.")
    private boolean foreground;

    @Parameters(arity = "0..1", paramLabel = "IFNAME", description = "Name of the interface to create, such as wg0.")
    private String name;

    @Spec
    private CommandSpec spec;

    private Main() {}

    /** Runs the command line. */
    public static void main(String[] args) throws ErrnoException {
        StandardStreams.restoreError();
        int status = Serving.of(args)
                .orElse(() -> CommandErrors.inWords(new CommandLine(new Main())).execute(args))
                .getAsInt();
        System.exit(status);
    }

    @Override
    public Integer call() {
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "the name of an interface is missing, such as wg0");
        }
        Optional<String> command = MisspeltCommand.meant(name, Serving.COMMANDS);
        if (command.isPresent() && !foreground) {
            throw new ParameterException(spec.commandLine(), MisspeltCommand.error(name, command.get()));
        }
        return Serving.carry(name);
    }
}
