// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** How a command asks an agent, and how it prints the answer. */
final class AgentQuery {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--runtime",
            paramLabel = "DIR",
            description = "Directory of the socket (default: /run/culvert/overlay).")
    private Path runtime;

    /** Made by the command line. */
    AgentQuery() {}

    /** Whether the answer is to be JSON. */
    boolean isJson() {
        return json;
    }

    /** The files of a network's agent; {@code null} stands for the usual directory of its state. */
    AgentFiles files(String network, Path state) {
        return AgentFiles.of(network, state, runtime);
    }
}
