// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.command.NetworkOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code culvert overlay status}: how the agent of a network does. */
@Command(
        name = "status",
        description = "Shows how the agent of this node does.",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        footer = {
            "",
            "The agent tells it over its socket. If none runs, the age of its snapshot is shown.",
            "Exit status: 0 if the agent is in step with the store and nothing is wrong, 1 if not,",
            "2 for a wrong command line."
        })
public final class Status implements Callable<Integer> {
    @Mixin
    private NetworkOptions network;

    @Mixin
    private AgentQuery query;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Directory of the snapshot (default: /var/lib/culvert/overlay/NET).")
    private Path state;

    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public Status() {}

    @Override
    public Integer call() throws Exception {
        AgentFiles files = query.files(network.network(), state);
        PrintWriter out = spec.commandLine().getOut();
        if (!AgentServer.isServed(files.socket())) {
            out.println("no agent runs: nothing listens on " + files.socket());
            Optional<Snapshot> snapshot = new SnapshotFile(files.snapshot()).peek();
            snapshot.ifPresent(found -> out.println("its snapshot of revision " + found.revision() + " is "
                    + age(Instant.now().toEpochMilli() / 1000 - found.writtenMillis() / 1000) + " old"));
            out.flush();
            return 1;
        }
        String text = HttpRequest.get(files.socket(), AgentPages.STATUS);
        AgentStatus status = AgentPages.GSON.fromJson(text, AgentStatus.class);
        out.print(query.isJson() ? text : text(status));
        out.flush();
        return status.isSynced() && status.problems().isEmpty() ? 0 : 1;
    }

    /** A time in its greatest unit. */
    static String age(long seconds) {
        Duration age = Duration.ofSeconds(seconds);
        if (age.toDays() > 1) {
            return age.toDays() + " days";
        }
        if (age.toHours() > 1) {
            return age.toHours() + " h";
        }
        return age.toMinutes() > 1 ? age.toMinutes() + " min" : seconds + " s";
    }

    static String text(AgentStatus status) {
        StringBuilder text = new StringBuilder();
        line(text, "network", status.network());
        line(text, "node", status.node());
        line(text, "interface", status.interfaceName());
        line(text, "public key", status.publicKey() + (status.isChangingKey() ? " (changing)" : ""));
        line(text, "store", status.isSynced() ? "in step at revision " + status.revision() : "out of reach");
        line(text, "snapshot", status.snapshotAgeSeconds() < 0 ? "none" : age(status.snapshotAgeSeconds()) + " old");
        line(text, "nodes", Integer.toString(status.nodes()));
        line(text, "peers", status.peers() + " of " + status.plannedPeers());
        if (status.leaving() > 0) {
            line(text, "leaving", status.leaving() + " nodes wait for their turn to go");
        }
        if (status.held() > 0) {
            line(text, "held", status.held() + " records that the store lacks since it went back");
        }
        line(
                text,
                "membership",
                status.membershipEndSeconds() == 0
                        ? "none"
                        : "until " + Instant.ofEpochSecond(status.membershipEndSeconds()));
        for (Map.Entry<String, Long> refused : status.rejected().entrySet()) {
            if (refused.getValue() > 0) {
                line(text, "refused", refused.getValue() + " records: " + refused.getKey());
            }
        }
        status.problems().forEach(problem -> line(text, "problem", problem));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("%-12s%s%n".formatted(name, value));
    }
}
