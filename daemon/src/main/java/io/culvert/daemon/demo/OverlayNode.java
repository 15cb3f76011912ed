// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.culvert.daemon.testbed.BridgedNetwork;
import io.culvert.daemon.testbed.NetworkNamespace;
import io.culvert.daemon.testbed.Termination;
import io.culvert.daemon.uapi.UapiClient;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A node of the overlay: a namespace on the bridge, and an agent, which has the service carry its interface. */
final class OverlayNode implements AutoCloseable {
    private static final UapiClient UAPI = new UapiClient(Path.of("/var/run/wireguard"));
    private static final String PUBLIC_KEY = "public_key=";

    private final OverlayLab lab;
    private final int number;
    private final String device;
    private final NetworkNamespace namespace;
    private Process agent;

    /** A node that is neither enrolled nor runs. */
    OverlayNode(OverlayLab lab, int number) throws IOException, InterruptedException {
        this.lab = lab;
        this.number = number;
        device = "co" + ProcessHandle.current().pid() + "n" + number;
        namespace = NetworkNamespace.create(lab.name() + "-" + name());
        try {
            lab.bridge().attach(namespace, number);
        } catch (IOException | InterruptedException | RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    String name() {
        return "node" + number;
    }

    NetworkNamespace namespace() {
        return namespace;
    }

    private Path directory() {
        return lab.directory().resolve(name());
    }

    private Path runtime() {
        return lab.directory().resolve("run-" + name());
    }

    /** Makes it a member of the network: an identity, a prefix and certificates. */
    void enrol() throws IOException, InterruptedException {
        lab.enroller(
                "enrol",
                name(),
                "--identity",
                directory().resolve("identity.key").toString());
    }

    /** Starts the agent, which starts the interface. */
    void start() throws IOException {
        List<String> command = List.of(
                lab.launcher(),
                "overlay",
                "run",
                OverlayLab.NET,
                "--directory=" + directory(),
                "--state=" + lab.directory().resolve("state-" + name()),
                "--runtime=" + runtime(),
                "--interface=" + device,
                "--endpoint=" + BridgedNetwork.address(number) + ":51820");
        ProcessBuilder builder = namespace.background(log(), command);
        lab.addService(builder.environment());
        agent = builder.start();
    }

    /** Ends the agent and the interface, as a reboot does. */
    void shutDown() throws IOException, InterruptedException {
        stopAgent();
        namespace.ip("link", "delete", device);
        Await.holds("the socket of " + device + " is gone", () -> !Files.exists(socket()), () -> "");
    }

    private Path socket() {
        return Path.of("/var/run/wireguard", device + ".sock");
    }

    private void stopAgent() {
        if (agent != null) {
            Termination.end(agent, OverlayLab.STOP_LIMIT);
            agent = null;
        }
    }

    /** The public keys of the interface's peers; none if it does not serve yet. */
    Set<String> peers() {
        try {
            return UAPI.configuration(device).stream()
                    .filter(line -> line.startsWith(PUBLIC_KEY))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** The first address of its prefix, which its interface has. */
    String address() throws IOException, InterruptedException {
        return namespace
                .ip("-4", "-o", "address", "show", "dev", device)
                .strip()
                .replaceFirst(".*inet ([0-9.]+).*", "$1");
    }

    /** Whether its agent serves, and says whether it is in step with the store as expected. */
    boolean isSynced(boolean expected) {
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(runtime().resolve(OverlayLab.NET + ".sock")))) {
            channel.write(ByteBuffer.wrap("GET /status HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            String answer = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            JsonObject status = JsonParser.parseString(answer.substring(answer.indexOf('{')))
                    .getAsJsonObject();
            return status.get("is_synced").getAsBoolean() == expected;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private Path log() {
        return lab.directory().resolve(name() + ".log");
    }

    /** The last line of its agent's log. */
    String lastLogged() {
        try {
            List<String> lines = Files.readAllLines(log());
            return name() + " logged: " + (lines.isEmpty() ? "nothing" : lines.getLast());
        } catch (IOException e) {
            return name() + " has no log: " + e.getMessage();
        }
    }

    /** Asks its agent to end, and does not wait. */
    void destroyAgent() {
        if (agent != null) {
            agent.destroy();
        }
    }

    @Override
    public void close() {
        stopAgent();
        namespace.close();
    }
}
