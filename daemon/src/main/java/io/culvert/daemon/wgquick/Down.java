// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.wgquick;

import io.culvert.daemon.wgquick.config.ConfigException;
import io.culvert.daemon.wgquick.config.ConfigFile;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code culvert down}. */
@Command(
        name = "down",
        description = "Undoes what culvert up did for an interface, and ends it; also after a crash, and whatever has"
                + " been changed since.",
        mixinStandardHelpOptions = true)
public final class Down implements Callable<Integer> {
    @Parameters(paramLabel = "FILE|NAME", description = "The interface, or its file, which need not exist any more.")
    private String argument;

    /** Made by the command line. */
    public Down() {}

    @Override
    public Integer call() throws IOException, ConfigException, InterruptedException {
        String device = ConfigFile.of(argument).name();
        try (StateLock _ = StateLock.of(device)) {
            return TunnelEnd.run(state(device), true) ? 0 : 1;
        }
    }

    /** The state of an interface that {@code up} made in this network namespace. */
    static TunnelState state(String device) throws IOException, InterruptedException {
        Optional<TunnelState> state = TunnelState.read(device);
        if (state.isEmpty()) {
            throw new IOException(
                    Programs.hasInterface(device)
                            ? "culvert up has not made " + device + "; to end it: wg-quick down " + device
                                    + ", or ip link delete " + device
                            : device + " is not up");
        }
        if (!state.get().namespace().equals(TunnelState.currentNamespace())) {
            throw new IOException(device + " was set up in another network namespace, "
                    + state.get().namespace() + "; run this there (nsenter, ip netns exec)");
        }
        return state.get();
    }
}
