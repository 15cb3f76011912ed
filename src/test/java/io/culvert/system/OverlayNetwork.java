// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.daemon.testbed.BridgedNetwork;
import io.culvert.daemon.testbed.EtcdCluster;
import io.culvert.daemon.testbed.EtcdCluster.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An overlay on one machine: three members of etcd with TLS and users, a certificate authority, and nodes on a bridge.
 * The interfaces of nodes that run Culvert are those of one {@code culvert service}.
 */
final class OverlayNetwork implements AutoCloseable {
    static final String NAME = "net";
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int BRIDGE = 254;
    private static final List<Integer> MEMBERS = List.of(251, 252, 253);

    private final Path directory;
    private final BridgedNetwork bridge;
    private final OpensslAuthority authority;
    private final EtcdCluster etcd;
    private final Tls root;
    private final List<OverlayNode> nodes = new ArrayList<>();
    private final Process serviceProcess;

    private OverlayNetwork(Path directory) throws Exception {
        this.directory = directory;
        bridge = BridgedNetwork.create(Names.next());
        for (int host : MEMBERS) {
            bridge.addAddress(host);
        }
        Files.createDirectory(service());
        ProcessBuilder builder = bridge.namespace()
                .background(Daemon.logFile("overlay-service").toPath(), List.of(Program.CULVERT.command(), "service"));
        builder.environment().put("CULVERT_SERVICE", service().toString());
        builder.environment().put("CULVERT_WARMUP", "off");
        serviceProcess = builder.start();
        authority = new OpensslAuthority(Files.createDirectory(directory.resolve("pki")));
        List<String> addresses = MEMBERS.stream().map(BridgedNetwork::address).toList();
        // A member's connections to others come from the bridge's first address, which they look for in its
        // certificate.
        Tls server = authority.issue(
                "server",
                Stream.concat(addresses.stream(), Stream.of(BridgedNetwork.address(BRIDGE)))
                        .map(address -> "IP:" + address)
                        .toArray(String[]::new));
        root = authority.issue("root");
        etcd = EtcdCluster.start(bridge.namespace(), directory, addresses, Optional.of(server));
    }

    /** Makes the network, its users and as many nodes; the last two run wireguard-go. No agent runs yet. */
    static OverlayNetwork create(Path directory, int count) throws Exception {
        OverlayNetwork network = new OverlayNetwork(directory);
        try {
            network.init();
            for (int number = 1; number <= count; number++) {
                Program program = number > count - 2 ? Program.WIREGUARD_GO : Program.CULVERT;
                network.nodes.add(new OverlayNode(network, number, program));
            }
            network.enrol();
            return network;
        } catch (Exception | AssertionError e) {
            network.close();
            throw e;
        }
    }

    private Path enroller() {
        return directory.resolve("enroller");
    }

    private void init() throws IOException {
        certify(enroller(), "enroller_" + NAME);
        String init = "init " + NAME + " --directory " + enroller() + " --pool 10.64.0.0/16 --etcd " + etcd.endpoints();
        shell("etcdctl user add root --no-password\netcdctl user grant-role root root\n"
                + script(init + " --rbac")
                + "etcdctl auth enable\n");
        script(init);
    }

    /** As a user does who has a PKI: the certificates are beside the identity. */
    private void certify(Path place, String user) throws IOException {
        Files.createDirectories(place);
        Tls files = authority.issue(user);
        Files.copy(files.ca(), place.resolve("ca.pem"));
        Files.copy(files.certificate(), place.resolve("client.pem"));
        Files.copy(files.key(), place.resolve("client.key"));
        Command.output("chmod", "-R", "go=", place.toString());
    }

    private void enrol() throws IOException {
        for (OverlayNode node : nodes) {
            certify(node.directory(), node.name() + "." + NAME);
        }
        shell(script(nodes.stream()
                .map(node -> "enrol " + NAME + " " + node.name() + " --rbac --directory " + enroller() + " --identity "
                        + node.directory().resolve("identity.key"))
                .toArray(String[]::new)));
    }

    /** Runs commands of the enroller, which must succeed, and returns what they wrote. */
    String script(String... lines) {
        List<String> words = List.of(
                Repository.jdkProgram("java"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                Repository.root().resolve("overlay/target/lib") + "/*:" + Repository.testClasses(),
                OverlayScript.class.getName());
        return Command.of(bridge.namespace().command(words.toArray(String[]::new)))
                .input(String.join("\n", lines) + "\n")
                .limit(LIMIT)
                .run()
                .expectSuccess()
                .output();
    }

    /** A command of the enroller about one node. */
    void enroller(String command, OverlayNode node) {
        script(command + " " + NAME + " " + node.name() + " --directory " + enroller());
    }

    /** Runs a script as etcd's root, whose {@code etcdctl} needs no options. */
    private void shell(String script) {
        Command.of(bridge.namespace().command("sh", "-e"))
                .environment("ETCDCTL_ENDPOINTS", etcd.endpoints())
                .environment("ETCDCTL_CACERT", root.ca().toString())
                .environment("ETCDCTL_CERT", root.certificate().toString())
                .environment("ETCDCTL_KEY", root.key().toString())
                .input(script)
                .limit(LIMIT)
                .run()
                .expectSuccess();
    }

    /** Runs etcdctl as root, which must succeed. */
    String etcdctl(String... words) {
        return Unchecked.call(() ->
                etcd.etcdctl(Optional.of(root), words).run().requireSuccess().output());
    }

    Optional<Tls> root() {
        return Optional.of(root);
    }

    EtcdCluster etcd() {
        return etcd;
    }

    BridgedNetwork bridge() {
        return bridge;
    }

    Path directory() {
        return directory;
    }

    /** The directory in which launchers meet the service. */
    Path service() {
        return directory.resolve("service");
    }

    OverlayNode node(int number) {
        return nodes.get(number - 1);
    }

    List<OverlayNode> nodes() {
        return nodes;
    }

    /** Waits until each of these nodes has so many peers. */
    void awaitPeers(List<OverlayNode> of, int peers) {
        assertThat(Eventually.holds(
                        LIMIT, () -> of.stream().allMatch(node -> node.peers().size() == peers)))
                .as(() -> "peers: "
                        + of.stream()
                                .map(node -> node.name() + " " + node.peers().size() + "\n" + node.agentLog())
                                .toList())
                .isTrue();
    }

    @Override
    public void close() {
        nodes.forEach(OverlayNode::close);
        serviceProcess.destroy();
        serviceProcess.onExit().join();
        etcd.close();
        bridge.close();
    }
}
