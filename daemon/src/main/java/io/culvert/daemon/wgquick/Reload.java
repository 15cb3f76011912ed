// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.ConfigException;
import io.culvert.daemon.wgquick.config.ConfigFile;
import io.culvert.daemon.wgquick.config.ConfigParser.Parsed;
import io.culvert.daemon.wgquick.config.TunnelConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert reload}. */
@Command(
        name = "reload",
        description = "Applies what has changed in the file of an interface that is up, and says what that was."
                + " Sessions of peers go on.",
        mixinStandardHelpOptions = true)
public final class Reload implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE|NAME",
            description = "The file, or the interface, for the file that it was set up by.")
    private String argument;

    /** Made by the command line. */
    public Reload() {}

    @Override
    public Integer call() throws IOException, ConfigException, InterruptedException {
        ConfigFile named = ConfigFile.of(argument);
        String device = named.name();
        try (StateLock _ = StateLock.of(device)) {
            reload(named, Down.state(device));
        }
        return 0;
    }

    private void reload(ConfigFile named, TunnelState state) throws IOException, ConfigException, InterruptedException {
        String device = named.name();
        if (!DaemonStart.isServing(device)) {
            throw new IOException(device + " is not served any more; to begin anew: culvert up " + state.file());
        }
        ConfigFile file = argument.equals(device) ? new ConfigFile(state.file(), device) : named;
        Parsed parsed = file.read();
        parsed.warnings().forEach(Programs::warn);
        try (TunnelConfig config = parsed.config()) {
            List<String> words = new TunnelReload(file, config, state, new EndpointResolver(System.getenv())).run();
            words.forEach(line -> System.out.println(device + ": " + line));
            if (words.isEmpty()) {
                System.out.println(device + ": nothing has changed");
            }
        }
    }
}
