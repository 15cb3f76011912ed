// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.command.NetworkOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code culvert overlay peers}: the peers of this node by their names. */
@Command(
        name = "peers",
        description = "Shows the peers of this node, by the names of their nodes.",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        footer = {"", "The agent, which must run, tells it over its socket."})
public final class Peers implements Callable<Integer> {
    private static final String ROW = "%-20s %-44s %-24s %-14s %12s %12s  %s%n";

    @Mixin
    private NetworkOptions network;

    @Mixin
    private AgentQuery query;

    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public Peers() {}

    @Override
    public Integer call() throws Exception {
        Path socket = query.files(network.network(), null).socket();
        if (!AgentServer.isServed(socket)) {
            throw new IOException("no agent runs: nothing listens on " + socket + "; start it by culvert overlay run "
                    + network.network());
        }
        String text = HttpRequest.get(socket, AgentPages.PEERS);
        PrintWriter out = spec.commandLine().getOut();
        if (query.isJson()) {
            out.print(text);
        } else {
            out.printf(ROW, "node", "public key", "endpoint", "handshake", "received B", "sent B", "prefixes");
            long now = System.currentTimeMillis();
            for (PeerStatus peer : AgentPages.GSON.fromJson(text, PeerStatus[].class)) {
                out.printf(
                        ROW,
                        peer.name(),
                        peer.publicKey(),
                        peer.endpoint().isEmpty() ? "-" : peer.endpoint(),
                        peer.handshakeMillis() == 0
                                ? "never"
                                : Status.age((now - peer.handshakeMillis()) / 1000) + " ago",
                        peer.receivedBytes(),
                        peer.sentBytes(),
                        String.join(" ", peer.allowedIps()));
            }
        }
        out.flush();
        return 0;
    }
}
