// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.culvert.daemon.testbed.BridgedNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A node of an overlay: a namespace on the bridge, a WireGuard interface, and an agent that keeps its peers. */
final class OverlayNode implements AutoCloseable {
    private static final Duration STOP = Duration.ofMinutes(1);

    private final OverlayNetwork network;
    private final int number;
    private final Program program;
    private final Namespace namespace = Namespace.create();
    private final String device = Names.next();
    private Daemon daemon;
    private Process agent;

    OverlayNode(OverlayNetwork network, int number, Program program) {
        this.network = network;
        this.number = number;
        this.program = program;
        Unchecked.call(() -> {
            network.bridge().attach(namespace.network(), number);
            return null;
        });
    }

    String name() {
        return "n" + number;
    }

    Namespace namespace() {
        return namespace;
    }

    String device() {
        return device;
    }

    /** The directory with its identity and certificates. */
    Path directory() {
        return network.directory().resolve(name());
    }

    Path state() {
        return network.directory().resolve("state-" + name());
    }

    private Path runtime() {
        return network.directory().resolve("run-" + name());
    }

    /** The first address of its prefix, which its interface has. */
    String address() {
        return namespace.ip("-4", "-o", "address", "show", "dev", device).replaceFirst(".*inet ([0-9.]+).*", "$1");
    }

    /** Starts the interface's process. */
    void startInterface() {
        daemon = program == Program.CULVERT ? null : Daemon.start(program, namespace, device, Map.of());
        if (daemon == null) {
            namespace
                    .command(program.command(), device)
                    .environment("CULVERT_SERVICE", network.service().toString())
                    .limit(Duration.ofMinutes(1))
                    .run()
                    .expectSuccess();
        }
    }

    /** Ends the interface, as a reboot does. */
    void deleteInterface() {
        namespace.ip("link", "delete", device);
        assertThat(Eventually.holds(STOP, () -> !Files.exists(Daemon.socket(device))))
                .isTrue();
    }

    void startAgent() {
        // Keys change in steps of some seconds, not of minutes.
        Map<String, String> environment = new TreeMap<>(Map.of(
                "CULVERT_SERVICE",
                network.service().toString(),
                "JAVA_TOOL_OPTIONS",
                "-Dculvert.overlay.keyStepSeconds=4"));
        agent = namespace.start(
                environment,
                log().toFile(),
                Program.CULVERT.command(),
                "overlay",
                "run",
                OverlayNetwork.NAME,
                "--directory",
                directory().toString(),
                "--state",
                state().toString(),
                "--runtime",
                runtime().toString(),
                "--interface",
                device,
                "--endpoint",
                BridgedNetwork.address(number) + ":51820");
    }

    /** Ends the agent; the interface stays. */
    void stopAgent() {
        if (agent != null) {
            agent.destroy();
            assertThat(Unchecked.call(() -> agent.waitFor(STOP))).isTrue();
            agent = null;
        }
    }

    private Path log() {
        return Daemon.logFile(device + "-agent").toPath();
    }

    private String page(String path) {
        return Command.of(
                        "curl",
                        "-s",
                        "--unix-socket",
                        runtime().resolve(OverlayNetwork.NAME + ".sock").toString(),
                        "http://agent" + path)
                .run()
                .output();
    }

    /** What the agent tells; an empty object before it serves. */
    JsonObject status() {
        String text = page("/status");
        return text.startsWith("{") ? JsonParser.parseString(text).getAsJsonObject() : new JsonObject();
    }

    /** A number of the status; negative if it is not there. */
    long number(String name) {
        JsonObject status = status();
        return status.has(name) ? status.get(name).getAsLong() : -1;
    }

    boolean isSynced() {
        JsonObject status = status();
        return status.has("is_synced") && status.get("is_synced").getAsBoolean();
    }

    /** The public keys that the interface has as peers, in order. */
    List<String> peers() {
        return new Wg(device).peers().stream().sorted().toList();
    }

    /** The endpoint of another node as this interface has it. */
    String endpointOf(OverlayNode other) {
        return new Wg(device)
                .show("endpoints")
                .lines()
                .map(line -> line.split("\t"))
                .filter(columns -> columns[0].equals(other.publicKey()))
                .map(columns -> columns[1])
                .findFirst()
                .orElse("");
    }

    String publicKey() {
        return new Wg(device).show("public-key");
    }

    /** The log of the agent so far. */
    String agentLog() {
        return Files.exists(log()) ? Repository.text(log()) : "";
    }

    @Override
    public void close() {
        stopAgent();
        if (daemon != null) {
            daemon.close();
        }
        namespace.close();
    }
}
