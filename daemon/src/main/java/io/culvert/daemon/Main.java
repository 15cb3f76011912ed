package io.culvert.daemon;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line. */
@Command(
        name = "culvert",
        description = "Carries a WireGuard tunnel.",
        mixinStandardHelpOptions = true,
        version = "culvert 0.1.0",
        sortOptions = false)
public final class Main implements Callable<Integer> {
    @Option(
            names = {"-f", "--foreground"},
            description = "stay in the foreground")
    private boolean foreground;

    @Parameters(paramLabel = "IFNAME", description = "the interface to make, such as wg0")
    private String name;

    private Main() {}

    public static void main(String[] args) {
        StandardStreams.restoreError();
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() {
        return 1;
    }
}
