// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A member of etcd on free ports of the loopback interface, with its data in a temporary directory. */
public final class EtcdProcess implements AutoCloseable {
    private static final Logger LOG = System.getLogger(EtcdProcess.class.getName());
    /** Each process begins elsewhere, so that those that run at once seldom ask for the same port. */
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger(20_000 + (int) (ProcessHandle.current().pid() % 10_000));

    private final Path directory;
    private final Path log;
    private final List<String> command;
    private final URI client;
    private Process process;

    private EtcdProcess(List<String> options, URI address) throws IOException {
        directory = Files.createTempDirectory("culvert-etcd-");
        log = directory.resolve("log");
        String peer = "http://127.0.0.1:" + freePort();
        client = address;
        command = new ArrayList<>(List.of(
                "etcd",
                "--name=one",
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=one=" + peer,
                "--unsafe-no-fsync"));
        command.addAll(options);
    }

    /** Starts a member without TLS; the calling test is skipped if there is no etcd. */
    public static EtcdProcess start() throws IOException, InterruptedException {
        return start(List.of(), address("http"));
    }

    /** A free address for a member. */
    public static URI address(String scheme) throws IOException {
        return URI.create(scheme + "://127.0.0.1:" + freePort());
    }

    /** Starts a member with more options; the calling test is skipped if there is no etcd. */
    public static EtcdProcess start(List<String> options, URI address) throws IOException, InterruptedException {
        assumeTrue(
                program("etcd").isPresent() && program("etcdctl").isPresent(),
                "etcd and etcdctl are missing: install Debian's etcd-server and etcd-client");
        EtcdProcess etcd = new EtcdProcess(options, address);
        etcd.restart();
        return etcd;
    }

    private static Optional<Path> program(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(path -> Path.of(path, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A free port of the loopback interface, below those that the kernel gives to outgoing connections. */
    private static int freePort() throws IOException {
        while (true) {
            int port = NEXT_PORT.getAndIncrement();
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (BindException e) {
                LOG.log(Level.DEBUG, "port {0} is taken", String.valueOf(port));
            }
        }
    }

    /** Starts it again with its data, after {@link #kill}. */
    public void restart() throws IOException, InterruptedException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process.getOutputStream().close();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.readString(log).contains("ready to serve client requests")) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException("etcd does not start: " + Files.readString(log));
            }
            Thread.sleep(20);
        }
        Files.move(log, directory.resolve("log.before-" + System.nanoTime()));
    }

    /** Kills it, as a loss of power would, apart from the disk. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Where its clients connect. */
    public URI client() {
        return client;
    }

    /** Runs etcdctl and returns its output. */
    public String etcdctl(String... arguments) throws IOException, InterruptedException {
        List<String> call = new ArrayList<>(List.of("etcdctl"));
        call.addAll(List.of(arguments));
        return run(call, Map.of());
    }

    /** Runs a command line of a shell, such as one with etcdctl, and returns its output. */
    public String shell(String line, Map<String, String> environment) throws IOException, InterruptedException {
        return run(List.of("sh", "-c", line), environment);
    }

    private String run(List<String> call, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(call).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        builder.environment().put("ETCDCTL_ENDPOINTS", client.toString());
        builder.environment().putAll(environment);
        Process running = builder.start();
        running.getOutputStream().close();
        String output = new String(running.getInputStream().readAllBytes());
        if (running.waitFor() != 0) {
            throw new IOException(String.join(" ", call) + ": " + output);
        }
        return output;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
