// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.relay;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.command.StoreSession;
import io.culvert.overlay.trust.NetworkFile;
import io.culvert.overlay.trust.NodeDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code culvert overlay relay}: serves a network's records to many nodes. */
@Command(
        name = "relay",
        description = {
            "Serves the records of the network NET to its nodes over HTTPS, from one watch of etcd.",
            "It need not be trusted: nodes verify each record."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "It ends on SIGINT or SIGTERM with status 0."})
public final class Relay implements Callable<Integer> {
    private static final Logger LOG = System.getLogger(Relay.class.getName());
    private static final int PORT = 2389;
    private static final Duration LAG = Duration.ofSeconds(1);

    @Mixin
    private NetworkOptions network;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS[:PORT]",
            defaultValue = "0.0.0.0",
            description = "Where to serve nodes (default: 0.0.0.0:2389).")
    private String listen;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "The server's certificate, in PEM (default: client.pem of the directory).")
    private Path certificate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Its private key, in PKCS #8 (default: client.key of the directory).")
    private Path key;

    @Spec
    private CommandSpec spec;

    /** Made by the command line. */
    public Relay() {}

    @Override
    public Integer call() throws Exception {
        NetworkFile file = network.file();
        NodeDirectory directory = network.directory();
        SSLContext tls = Tls.context(
                directory.authority(),
                certificate == null ? directory.certificate() : certificate,
                key == null ? directory.certificateKey() : key);
        InetSocketAddress address = address();
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            end.countDown();
            awaitQuietly(closed);
        }));
        try (StoreSession session = StoreSession.open(file, directory);
                RelayServer server = open(address, tls, session, file)) {
            PrintWriter out = spec.commandLine().getOut();
            out.println("serving " + file.network() + " on " + server.address());
            out.flush();
            end.await();
        } finally {
            closed.countDown();
        }
        return 0;
    }

    private static RelayServer open(InetSocketAddress address, SSLContext tls, StoreSession session, NetworkFile file)
            throws IOException {
        try {
            return new RelayServer(
                    address,
                    tls,
                    session.loop(),
                    session.store(),
                    file.network(),
                    LAG,
                    line -> LOG.log(Level.INFO, "the relay {0}", line));
        } catch (IOException e) {
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    private InetSocketAddress address() {
        String host = listen;
        int port = PORT;
        // An address of IPv6 with a port is in brackets.
        int colon = listen.lastIndexOf(':');
        try {
            if (colon >= 0 && (listen.indexOf(':') == colon || listen.charAt(colon - 1) == ']')) {
                host = listen.substring(0, colon);
                port = Integer.parseInt(listen.substring(colon + 1));
            }
            return new InetSocketAddress(InetAddress.ofLiteral(host.replaceAll("^\\[|]$", "")), port);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--listen " + listen + ": expected an address such as 192.0.2.1 or [2001:db8::1]:2389");
        }
    }

    private static void awaitQuietly(CountDownLatch closed) {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
