// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.command;

import io.culvert.overlay.record.Name;
import io.culvert.overlay.trust.NetworkFile;
import io.culvert.overlay.trust.NodeDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The network that a command is about, and the directory with what this machine knows of it. */
public final class NetworkOptions {
    @Parameters(index = "0", paramLabel = "NET", description = "Name of the network.")
    private String network;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where this machine's files of the network are (default: /etc/culvert/overlay/NET).")
    private Path directory;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** The name of the network, which is one. */
    public String network() {
        if (!Name.isName(network)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the name of a network is 1 to 63 lower-case letters, digits and inner hyphens: " + network);
        }
        return network;
    }

    /** The directory of this machine. */
    public NodeDirectory directory() {
        return directory == null ? NodeDirectory.of(network()) : new NodeDirectory(directory);
    }

    /**
     * What this machine was told of the network.
     *
     * @throws IOException if it was told nothing, or of another network
     */
    public NetworkFile file() throws IOException {
        Path file = directory().network();
        if (!Files.exists(file)) {
            throw new IOException("there is no " + file + ": init writes it on the enroller's machine, and enrol beside"
                    + " each identity; copy that directory here, or name it by --directory");
        }
        NetworkFile read = NetworkFile.read(file);
        if (!read.network().equals(network())) {
            throw new IOException(file + " is of the network " + read.network() + ", not of " + network());
        }
        return read;
    }
}
