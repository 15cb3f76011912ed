package io.culvert.daemon;

import io.culvert.crypto.AeadChoice;
import io.culvert.crypto.Aeads;
import io.culvert.daemon.demo.Demo;
import io.culvert.natives.ErrnoException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "culvert",
        description = "Makes interface IFNAME and carries WireGuard through it; wg(8) configures it.",
        mixinStandardHelpOptions = true,
        version = "culvert " + Main.VERSION,
        usageHelpWidth = 100,
        footer = {
            "",
            "culvert bench aead measures the AEAD against JCE and OpenSSL.",
            "",
            "Environment:",
            "  LOG_LEVEL                 verbose or debug, error (default), silent",
            "  WG_TUN_FD, WG_UAPI_FD     descriptors of an interface and of a socket to take over",
            "  WG_PROCESS_FOREGROUND=1   as --foreground",
            "  CULVERT_WORKERS           threads that carry packets (default: one for each core)",
            "  CULVERT_AFFINITY          processors to run these on, such as 2,4-7: one for each (default: any)",
            "  CULVERT_IO                auto (default), io_uring or plain",
            "  CULVERT_OFFLOADS          what to switch off or, where off, on: -udp-gso,-tun-uso or -all (see README)",
            "  CULVERT_AEAD              auto (default), vector-512, vector-256, openssl or jce",
            "  CULVERT_REHEARSAL         on (default): carry traffic unseen until the JVM is fast, up to 3 s; or off",
            "  CULVERT_METRICS           ADDRESS:PORT where metrics are served over HTTP, such as 127.0.0.1:9586",
            "  CULVERT_JAVA_OPTS         more options for the JVM"
        },
        subcommands = Demo.class)
public final class Main implements Callable<Integer> {
    static final String VERSION = "0.1.0";

    @Option(
            names = {"-f", "--foreground"},
            description = "Stay in the foreground.")
    private boolean foreground;

    @Parameters(arity = "0..1", paramLabel = "IFNAME", description = "The interface to make, such as wg0.")
    private String name;

    @Spec
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) throws ErrnoException {
        StandardStreams.restoreError();
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() {
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "Missing the name of the interface");
        }
        try {
            Settings settings = Settings.of(name, System.getenv());
            new Daemon(settings, aeads(System.getProperty("culvert.aead", "auto"))).run();
            return 0;
        } catch (StartException e) {
            System.err.println("culvert: error: " + e.getMessage());
            return 1;
        }
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
