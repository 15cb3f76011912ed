// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.demo;

import io.culvert.daemon.testbed.BridgedNetwork;
import io.culvert.daemon.testbed.DirectoryTree;
import io.culvert.daemon.testbed.EtcdCluster;
import io.culvert.daemon.testbed.EtcdCluster.Tls;
import io.culvert.daemon.testbed.Termination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that the nodes of an overlay need around them: a bridge, an etcd with certificates, an enroller, and one
 * {@code culvert service} that carries all interfaces. Closing ends and removes everything, nodes included.
 */
final class OverlayLab implements AutoCloseable {
    static final String NET = "demo";
    private static final int BRIDGE_HOST = 254;
    static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final String launcher = System.getProperty("culvert.launcher");
    private final String name = "culvert-overlay-" + ProcessHandle.current().pid();
    private final List<OverlayNode> nodes = new ArrayList<>();
    private final Path directory;
    private BridgedNetwork bridge;
    private Process service;
    private EtcdCluster etcd;

    private OverlayLab() throws IOException {
        directory = Files.createTempDirectory("culvert-demo-");
    }

    /** Makes one with so many nodes; their agents do not run yet. */
    static OverlayLab create(int count) throws IOException, InterruptedException {
        OverlayLab lab = new OverlayLab();
        try {
            lab.build(count);
            return lab;
        } catch (IOException | InterruptedException | RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private void build(int count) throws IOException, InterruptedException {
        bridge = BridgedNetwork.create(name);
        Files.createDirectory(serviceDirectory());
        ProcessBuilder builder =
                bridge.namespace().background(directory.resolve("service.log"), List.of(launcher, "service"));
        addService(builder.environment());
        builder.environment().put("CULVERT_WARMUP", "off");
        service = builder.start();
        String url = "https://" + BridgedNetwork.address(BRIDGE_HOST) + ":2379";
        String[] init = {"--pool=10.64.0.0/16", "--etcd=" + url};
        enroller("init", init[0], init[1], "--lab", "--keys-only");
        Path files = enrollerDirectory();
        Tls tls = new Tls(files.resolve("ca.pem"), files.resolve("lab/server.pem"), files.resolve("lab/server.key"));
        etcd = EtcdCluster.start(
                bridge.namespace(), directory, List.of(BridgedNetwork.address(BRIDGE_HOST)), Optional.of(tls));
        enroller("init", init);
        for (int number = 1; number <= count; number++) {
            nodes.add(new OverlayNode(this, number));
        }
        // A launcher that finds no service would start a process of its own.
        Await.holds(
                "culvert service serves",
                () -> Files.exists(serviceDirectory().resolve("requests"))
                        && Files.exists(serviceDirectory().resolve("service")),
                () -> "see LOG_LEVEL=info culvert service");
    }

    /** The first part of the namespaces' names. */
    String name() {
        return name;
    }

    String launcher() {
        return launcher;
    }

    Path directory() {
        return directory;
    }

    BridgedNetwork bridge() {
        return bridge;
    }

    EtcdCluster etcd() {
        return etcd;
    }

    /** All nodes, in the order of their numbers. */
    List<OverlayNode> nodes() {
        return nodes;
    }

    private Path serviceDirectory() {
        return directory.resolve("service");
    }

    private Path enrollerDirectory() {
        return directory.resolve("enroller");
    }

    /** Lets a launcher find the service. */
    void addService(Map<String, String> environment) {
        environment.put("CULVERT_SERVICE", serviceDirectory().toString());
    }

    /** Runs a command of the enroller about the network. */
    void enroller(String command, String... arguments) throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(List.of(launcher, "overlay", command, NET, "--directory=" + enrollerDirectory()));
        words.addAll(List.of(arguments));
        bridge.namespace().run(words.toArray(String[]::new));
    }

    @Override
    public void close() {
        nodes.forEach(OverlayNode::destroyAgent);
        nodes.forEach(OverlayNode::close);
        if (service != null) {
            Termination.end(service, STOP_LIMIT);
        }
        if (etcd != null) {
            etcd.close();
        }
        if (bridge != null) {
            bridge.close();
        }
        deleteDirectory();
    }

    private void deleteDirectory() {
        try {
            DirectoryTree.delete(directory);
        } catch (IOException e) {
            System.err.println("culvert: " + directory + " cannot be removed: " + e.getMessage());
        }
    }
}
