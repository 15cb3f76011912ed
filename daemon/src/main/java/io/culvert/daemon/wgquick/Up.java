// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.ConfigException;
import io.culvert.daemon.wgquick.config.ConfigFile;
import io.culvert.daemon.wgquick.config.ConfigParser.Parsed;
import io.culvert.daemon.wgquick.config.TunnelConfig;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code culvert up}. */
@Command(
        name = "up",
        description = "Sets up the interface of a wg-quick(8) file: starts it, configures it, and makes addresses,"
                + " routes and DNS. All of the file is checked first. If anything fails, nothing is left.",
        mixinStandardHelpOptions = true)
public final class Up implements Callable<Integer> {
    @Option(
            names = {"-f", "--foreground"},
            description = "Stay in the foreground, and take everything down at the end.")
    private boolean foreground;

    @Parameters(
            paramLabel = "FILE|NAME",
            description = "A file named like the interface: ./wg0.conf. Or the interface's name, for"
                    + " /etc/wireguard/NAME.conf or /etc/culvert/NAME.conf.")
    private String argument;

    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public Up() {}

    @Override
    public Integer call() throws IOException, ConfigException {
        String supervisor = System.getenv(DaemonStart.DESCRIPTOR);
        if (foreground && supervisor == null) {
            throw new ParameterException(spec.commandLine(), "--foreground is a matter of bin/culvert; run that");
        }
        ConfigFile file = ConfigFile.of(argument);
        Parsed parsed = file.read();
        parsed.warnings().forEach(Programs::warn);
        try (TunnelConfig config = parsed.config();
                Interruption interruption = new Interruption()) {
            DaemonStart daemon = foreground ? DaemonStart.bySupervisor(supervisor) : DaemonStart.inBackground();
            EndpointResolver resolver = new EndpointResolver(System.getenv());
            new TunnelStart(file, config, daemon, resolver, interruption).run();
            return 0;
        } catch (InterruptedException | ClosedByInterruptException e) {
            throw new IOException("stopped by a signal", e);
        }
    }
}
