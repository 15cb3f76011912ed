// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.agent;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.command.StoreSession;
import io.culvert.overlay.loop.Loop;
import io.culvert.overlay.loop.ThreadLoop;
import io.culvert.overlay.record.Endpoint;
import io.culvert.overlay.relay.RelayStore;
import io.culvert.overlay.relay.Tls;
import io.culvert.overlay.store.EtcdStore;
import io.culvert.overlay.store.Store;
import io.culvert.overlay.trust.NetworkFile;
import io.culvert.overlay.trust.NodeDirectory;
import io.culvert.overlay.trust.Serials;
import io.culvert.overlay.trust.SigningKey;
import io.culvert.overlay.trust.Verifier;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert overlay run}: the agent of a node. */
@Command(
        name = "run",
        description = "Keeps the peers of a WireGuard interface as the network's records have them.",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 100,
        footer = {
            "",
            "The interface is started by culvert if no process serves it. When this command ends, the",
            "interface and its peers stay. It ends on SIGINT or SIGTERM."
        })
public final class Run implements Callable<Integer> {
    private static final Logger LOG = System.getLogger(Run.class.getName());
    private static final int PORT = 51_820;
    private static final int END_SECONDS = 5;

    @Mixin
    private NetworkOptions network;

    @Option(
            names = "--interface",
            paramLabel = "IFNAME",
            defaultValue = "wg0",
            description = "The interface (default: ${DEFAULT-VALUE}). Its peers are this command's alone.")
    private String interfaceName;

    @Option(
            names = "--endpoint",
            paramLabel = "ADDRESS:PORT",
            description = "Where other nodes reach this one; may be repeated, the best one first.")
    private List<String> endpoints = List.of();

    @Option(
            names = "--listen-port",
            paramLabel = "PORT",
            description = "UDP port of the interface (default: that of the first endpoint, or 51820).")
    private Integer listenPort;

    @Option(
            names = "--relay",
            paramLabel = "URL",
            description = "Read through this relay, such as https://192.0.2.1:2389; may be repeated. "
                    + "What this node writes goes to etcd itself.")
    private List<String> relays = List.of();

    @Option(
            names = "--force",
            description = "Let any number of peers go at once, also those that a store which went back lacks.")
    private boolean force;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Directory of keys and snapshot (default: /var/lib/culvert/overlay/NET).")
    private Path state;

    @Option(
            names = "--runtime",
            paramLabel = "DIR",
            description = "Directory of the socket NET.sock, on which status, peers and metrics are told "
                    + "(default: /run/culvert/overlay).")
    private Path runtime;

    @Option(
            names = "--metrics",
            paramLabel = "[ADDRESS:]PORT",
            description = "Serve /metrics on a TCP port, too (address: 127.0.0.1).")
    private String metrics;

    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public Run() {}

    @Override
    public Integer call() throws Exception {
        NetworkFile file = network.file();
        String node = file.node()
                .orElseThrow(() -> new IOException(network.directory().network()
                        + " names no node: it is the enroller's; copy the directory that enrol wrote for this node"));
        List<URI> relayUrls = relays();
        AgentFiles files = AgentFiles.of(network.network(), state, runtime);
        AgentOptions options = new AgentOptions(network.network(), node, interfaceName, port(), endpoints(), force);
        SigningKey identity = SigningKey.read(network.directory().identity());
        files.create();
        files.lock();
        Serials serials = Serials.open(files.serials());
        RecordVerifier verifier =
                new VerifiedRecords(new Verifier(file.network(), file.enrolmentKeys(), serials), serials);

        CountDownLatch end = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Loop loop = new ThreadLoop("overlay-agent", e -> {
                    failure.compareAndSet(null, e);
                    end.countDown();
                });
                Store store = connect(file, relayUrls, loop)) {
            Agent agent = new Agent(
                    loop,
                    store,
                    new LinuxHost(interfaceName),
                    options,
                    verifier,
                    content -> identity.sign(content).envelope().encode(),
                    new SnapshotFile(files.snapshot()),
                    new KeyRotation(new KeyFiles(files.state()), new SecureRandom()),
                    new SecureRandom());
            serve(agent, loop, files, end);
        }
        if (failure.get() != null) {
            throw new IllegalStateException("internal error in the agent: " + failure.get(), failure.get());
        }
        return 0;
    }

    private Store connect(NetworkFile file, List<URI> relayUrls, Loop loop) throws IOException {
        NodeDirectory directory = network.directory();
        if (relayUrls.isEmpty()) {
            return EtcdStore.connect(StoreSession.settings(file, directory), loop);
        }
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Store.DEADLINE)
                .sslContext(Tls.context(directory.authority(), directory.certificate(), directory.certificateKey()))
                .build();
        return new RelayStore(loop, relayUrls, client, EtcdStore.connect(StoreSession.settings(file, directory), loop));
    }

    private void serve(Agent agent, Loop loop, AgentFiles files, CountDownLatch end) throws Exception {
        Thread stop = new Thread(() -> {
            end.countDown();
            await(ended);
        });
        Runtime.getRuntime().addShutdownHook(stop);
        List<AgentServer> servers = new ArrayList<>();
        try {
            servers.add(AgentServer.on(files.socket(), AgentPages.of(agent, loop)));
            if (metrics != null) {
                servers.add(AgentServer.on(metricsAddress(), AgentPages.of(agent, loop)));
            }
            loop.execute(() -> start(agent));
            end.await();
            CountDownLatch closed = new CountDownLatch(1);
            loop.execute(() -> {
                try {
                    agent.close();
                } finally {
                    closed.countDown();
                }
            });
            await(closed);
        } finally {
            for (AgentServer server : servers) {
                server.close();
            }
            ended.countDown();
        }
    }

    private final CountDownLatch ended = new CountDownLatch(1);

    private static void start(Agent agent) {
        try {
            agent.start();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "the agent has not ended within {0} s", END_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Endpoint> endpoints() {
        try {
            return endpoints.stream().map(Endpoint::of).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--endpoint: " + e.getMessage());
        }
    }

    private List<URI> relays() {
        return relays.stream().map(this::relay).toList();
    }

    private URI relay(String text) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw noRelay(text);
        }
        if (!"https".equals(url.getScheme()) || url.getHost() == null || url.getPort() < 1) {
            throw noRelay(text);
        }
        return url;
    }

    private ParameterException noRelay(String text) {
        return new ParameterException(
                spec.commandLine(), "--relay: expected such as https://192.0.2.1:2389, not " + text);
    }

    private int port() {
        if (listenPort != null && (listenPort < 1 || listenPort > 65_535)) {
            throw new ParameterException(spec.commandLine(), "--listen-port: expected 1 to 65535, not " + listenPort);
        }
        if (listenPort != null) {
            return listenPort;
        }
        return endpoints().isEmpty() ? PORT : endpoints().getFirst().port();
    }

    private InetSocketAddress metricsAddress() {
        int colon = metrics.lastIndexOf(':');
        try {
            String host = colon < 0 ? "127.0.0.1" : metrics.substring(0, colon).replaceAll("^\\[|]$", "");
            return new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(metrics.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--metrics: expected such as 9587 or 192.0.2.1:9587, not " + metrics);
        }
    }
}
