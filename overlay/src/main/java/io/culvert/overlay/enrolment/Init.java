// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.pki.LabAuthority;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.LabelPair;
import io.culvert.overlay.record.Limits;
import io.culvert.overlay.record.Pool;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Topology;
import io.culvert.overlay.trust.NetworkFile;
import io.culvert.overlay.trust.NodeDirectory;
import io.culvert.overlay.trust.PrivateFile;
import io.culvert.overlay.trust.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a network, or changes its configuration. */
@Command(
        name = "init",
        description = {
            "Makes the network NET: an enrolment key on this machine, which becomes the enroller's, and the network's"
                    + " configuration in etcd, signed by that key.",
            "What fails halfway can be run again: keys and certificates that exist are used."
        },
        mixinStandardHelpOptions = true)
public final class Init implements Callable<Integer> {
    @Mixin
    private NetworkOptions options;

    @Option(
            names = "--pool",
            required = true,
            paramLabel = "PREFIX",
            description = "IPv4 prefix of all nodes, such as 10.64.0.0/10.")
    private String pool;

    @Option(
            names = "--node-prefix",
            paramLabel = "LENGTH",
            defaultValue = "24",
            description = "Prefix length of a node; 32: a single address (default: 24).")
    private int nodePrefix;

    @Option(names = "--pool6", paramLabel = "PREFIX", description = "IPv6 prefix of all nodes, such as fd00:64::/48.")
    private String pool6;

    @Option(
            names = "--etcd",
            required = true,
            split = ",",
            paramLabel = "URL",
            description = "Addresses of etcd's members, such as https://192.0.2.1:2379.")
    private List<String> etcd;

    @Option(
            names = "--topology",
            paramLabel = "SHAPE",
            defaultValue = "mesh",
            description = "mesh, regions (label region, gateways between them) or hub (default: mesh).")
    private String shape;

    @Option(
            names = "--allow",
            paramLabel = "PAIR",
            description = "Labels that may talk, such as tier=web<->tier=db; may be repeated (default: all may).")
    private List<String> allow;

    @Option(names = "--mtu", paramLabel = "BYTES", description = "MTU of the interfaces (default: 1420).")
    private Integer mtu;

    @Option(
            names = "--keepalive",
            paramLabel = "SECONDS",
            description = "WireGuard's persistent keepalive (default: 0, off).")
    private Integer keepalive;

    @Option(names = "--member-days", paramLabel = "DAYS", description = "How long a membership is valid (default: 90).")
    private Integer memberDays;

    @Option(
            names = "--rotation-days",
            paramLabel = "DAYS",
            description = "How often a node takes a new WireGuard key; 0: never (default: 30).")
    private Integer rotationDays;

    @Option(names = "--update", description = "Change the configuration of a network that exists; its pools stay.")
    private boolean update;

    @Option(
            names = "--lab",
            description = "Make a certificate authority, and certificates for etcd and its clients: to try it out.")
    private boolean lab;

    @Option(
            names = "--keys-only",
            description = "Make keys and certificates, and write nothing to etcd, which may not run yet.")
    private boolean keysOnly;

    @Option(names = "--rbac", description = "Print what etcd's root has to create for the network, and do nothing.")
    private boolean rbac;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (rbac) {
            Rbac.ofNetwork(options.network()).forEach(out::println);
            return 0;
        }
        NodeDirectory directory = options.directory();
        Pool addresses = parse(() -> Pool.of(
                "main", Prefix.of(pool), nodePrefix, Optional.ofNullable(pool6).map(Prefix::of)));
        List<URI> members = parse(() -> etcd.stream().map(NetworkFile::address).toList());
        requireTls(members);
        Topology topology = parse(() -> new Topology(
                Topology.Shape.of(shape),
                Stream.ofNullable(allow)
                        .flatMap(List::stream)
                        .map(LabelPair::of)
                        .toList()));
        Limits limits = parse(this::limits);
        PrivateFile.createDirectory(directory.path());
        SigningKey key = key(directory);
        NetworkFile network = network(directory, members, key);
        if (lab) {
            certificates(directory, members, out);
        }
        if (keysOnly) {
            out.println("The keys and files of " + options.network() + " are in " + directory.path()
                    + ". When etcd runs, give the same command without --keys-only.");
            return 0;
        }
        Config wanted = parse(
                () -> new Config(options.network(), 1, List.of(addresses), topology, limits, network.enrolmentKeys()));
        publish(network, directory, key, wanted, out);
        return 0;
    }

    private void requireTls(List<URI> members) {
        for (URI member : members) {
            if (member.getScheme().equals("http") && !lab) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--etcd " + member
                                + ": without TLS anyone on the way can read and change what etcd has; use https,"
                                + " or --lab to try it out");
            }
        }
    }

    private interface Parser<T> {
        T parse();
    }

    private <T> T parse(Parser<T> parser) {
        try {
            return parser.parse();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private Limits limits() {
        Limits standard = Limits.DEFAULT;
        return new Limits(
                mtu == null ? standard.mtu() : mtu,
                keepalive == null ? standard.keepalive() : keepalive,
                memberDays == null ? standard.memberDays() : memberDays,
                standard.graceHours(),
                rotationDays == null ? standard.rotationDays() : rotationDays,
                standard.removalPercent());
    }

    private static SigningKey key(NodeDirectory directory) throws IOException {
        Path file = directory.enrolmentKey();
        if (!Files.exists(file)) {
            SigningKey.generate().write(file);
        }
        return SigningKey.read(file);
    }

    private NetworkFile network(NodeDirectory directory, List<URI> members, SigningKey key) throws IOException {
        List<io.culvert.overlay.record.Key> keys =
                Files.exists(directory.network()) ? options.file().enrolmentKeys() : List.of(key.publicKey());
        NetworkFile network = new NetworkFile(options.network(), Optional.empty(), members, keys);
        network.write(directory.network());
        return network;
    }

    private void certificates(NodeDirectory directory, List<URI> members, PrintWriter out) throws IOException {
        LabAuthority authority = LabAuthority.in(directory.lab());
        authority.issueServer(Stream.concat(
                        members.stream().map(URI::getHost).map(Init::subject),
                        Stream.of("dns:localhost", "ip:127.0.0.1"))
                .distinct()
                .toList());
        authority.issueClient(Rbac.enroller(options.network()));
        authority.writeAuthority(directory.authority());
        Path certificate = directory.lab().resolve("server.pem");
        Path certificateKey = directory.lab().resolve("server.key");
        authority.write("server", certificate, certificateKey);
        authority.write(Rbac.enroller(options.network()), directory.certificate(), directory.certificateKey());
        out.println("Certificates for etcd: --trusted-ca-file=" + directory.authority() + " --cert-file=" + certificate
                + " --key-file=" + certificateKey + " --client-cert-auth");
    }

    /** A subject alternative name as keytool reads it. */
    private static String subject(String host) {
        String plain = host.replace("[", "").replace("]", "");
        return plain.matches("[0-9.]+|.*:.*") ? "ip:" + plain : "dns:" + plain;
    }

    private void publish(NetworkFile network, NodeDirectory directory, SigningKey key, Config wanted, PrintWriter out)
            throws Exception {
        try (Enroller enroller = Enroller.open(network, directory)) {
            Registry registry = enroller.registry(key);
            if (update) {
                Config old = enroller.config(registry);
                if (!old.pools().equals(wanted.pools())) {
                    throw new EnrolmentException("the pools of " + network.network()
                            + " stay as they are, since nodes have their prefixes: "
                            + old.pools().getFirst().prefix() + " with --node-prefix "
                            + old.pools().getFirst().nodeLength()
                            + old.pools()
                                    .getFirst()
                                    .prefix6()
                                    .map(six -> " and --pool6 " + six)
                                    .orElse(""));
                }
            }
            Config config = enroller.ask(registry, asked -> asked.publish(wanted, update));
            Pool made = config.pools().getFirst();
            out.println("The network " + network.network() + " has room for "
                    + (made.lastIndex() - made.firstIndex() + 1) + " nodes, each with "
                    + made.at(made.firstIndex()).getFirst()
                    + " or one like it. Add nodes by: culvert overlay enrol " + network.network()
                    + " NODE --identity FILE");
        }
    }
}
