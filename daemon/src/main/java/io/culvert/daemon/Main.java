// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.daemon.command.CommandErrors;
import io.culvert.daemon.command.StandardStreams;
import io.culvert.daemon.compat.DeprecatedNames;
import io.culvert.daemon.demo.Demo;
import io.culvert.daemon.doctor.DoctorCommand;
import io.culvert.daemon.soak.Soak;
import io.culvert.daemon.status.StatusCommand;
import io.culvert.daemon.top.TopCommand;
import io.culvert.daemon.unix.ServiceManager;
import io.culvert.daemon.wgquick.Down;
import io.culvert.daemon.wgquick.Reload;
import io.culvert.daemon.wgquick.Up;
import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.ErrnoException;
import io.culvert.natives.linux.Linux;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
            "  bench    Measures tunnels beside other implementations; bench aead, bench jmh, bench report.",
            "  build    Builds what has changed.",
            "  profile  Writes flame graphs of a tunnel under iperf3.",
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

    private static final Logger LOG = System.getLogger(Main.class.getName());

    @Option(
            names = {"-f", "--foreground"},
            description = "Run in the foreground.")
    private boolean foreground;

    @Parameters(arity = "0..1", paramLabel = "IFNAME", description = "Name of the interface to create, such as wg0.")
    private String name;

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) throws ErrnoException {
        StandardStreams.restoreError();
        System.exit(CommandErrors.inWords(new CommandLine(new Main())).execute(args));
    }

    @Override
    public Integer call() {
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "the name of an interface is missing, such as wg0");
        }
        Optional<String> command =
                MisspeltCommand.meant(name, spec.subcommands().keySet());
        if (command.isPresent() && !foreground) {
            throw new ParameterException(spec.commandLine(), MisspeltCommand.error(name, command.get()));
        }
        return guarded(
                name,
                manager -> new Daemon(
                                Settings.of(System.getenv()),
                                DeviceSettings.of(name, System.getenv()),
                                aeads(System.getProperty("culvert.aead", "auto")),
                                manager)
                        .run());
    }

    /** A program that serves until it ends, with an exit status. */
    interface Program {
        int run(ServiceManager manager) throws StartException;
    }

    /**
     * Runs a program that serves; what keeps it from its start is said in words.
     *
     * @param name of its usual log file
     */
    static int guarded(String name, Program program) {
        try {
            Settings settings = Settings.of(System.getenv());
            ServiceManager manager =
                    new ServiceManager(System.getenv(), ProcessHandle.current().pid());
            HangUp.run(() -> hangUp(manager));
            if (!settings.background()) {
                Loggers.setOutput(settings.log().output(settings.logFile(), false, name));
            }
            DeprecatedNames.warnings(System.getenv()).forEach(warning -> LOG.log(Level.WARNING, warning));
            return program.run(manager);
        } catch (StartException e) {
            System.err.println("culvert: error: " + e.getMessage());
            return 1;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "internal error", e);
            return 1;
        }
    }

    private static void hangUp(ServiceManager manager) {
        manager.reloading(Linux.clockNanos(linux_h.CLOCK_MONOTONIC));
        Loggers.output().reopen();
        LOG.log(Level.INFO, "received SIGHUP: the log file is opened again");
        manager.ready("serving");
    }

    /**
     * The process's AEADs.
     *
     * @param choice a name of {@link AeadChoice}: the launcher passes CULVERT_AEAD on as a system property
     * @throws StartException when the name is unknown or the implementation cannot be used
     */
    static Aeads aeads(String choice) throws StartException {
        try {
            return new Aeads(AeadChoice.parse(choice));
        } catch (IllegalArgumentException e) {
            throw new StartException("CULVERT_AEAD: " + e.getMessage(), e);
        }
    }
}
