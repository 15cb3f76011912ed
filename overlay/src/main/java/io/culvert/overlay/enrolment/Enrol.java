// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay.enrolment;

import io.culvert.overlay.command.NetworkOptions;
import io.culvert.overlay.pki.LabAuthority;
import io.culvert.overlay.record.Config;
import io.culvert.overlay.record.Key;
import io.culvert.overlay.record.Member;
import io.culvert.overlay.record.Name;
import io.culvert.overlay.record.Prefix;
import io.culvert.overlay.record.Role;
import io.culvert.overlay.record.Topology;
import io.culvert.overlay.trust.Ed25519;
import io.culvert.overlay.trust.NodeDirectory;
import io.culvert.overlay.trust.PrivateFile;
import io.culvert.overlay.trust.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a node a member. */
@Command(
        name = "enrol",
        description = {
            "Makes NODE a member of the network NET: gives it prefixes, and writes its signed member record to etcd.",
            "FILE is the node's private identity key. It is made if it does not exist, with what else the node needs"
                    + " beside it: copy that directory to /etc/culvert/overlay/NET on the node.",
            "If FILE is a public key of Ed25519 in PEM, the private one never leaves its node."
        },
        mixinStandardHelpOptions = true)
public final class Enrol implements Callable<Integer> {
    @Mixin
    private NetworkOptions options;

    @Parameters(index = "1", paramLabel = "NODE", description = "Name of the node, such as its host name.")
    private String node;

    @Option(
            names = "--identity",
            required = true,
            paramLabel = "FILE",
            description = "The node's identity key, usually named identity.key.")
    private Path identity;

    @Option(
            names = "--label",
            paramLabel = "KEY=VALUE",
            description = "A label of the node, such as region=eu; may be repeated.")
    private Map<String, String> labels = new TreeMap<>();

    @Option(names = "--gateway", description = "The node forwards: for its region, or as a hub.")
    private boolean gateway;

    @Option(names = "--rbac", description = "Also print what etcd's root has to create for the node.")
    private boolean rbac;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        checkParameters();
        try (Enroller enroller = Enroller.open(options)) {
            Registry registry = enroller.registry(enroller.key());
            Config config = enroller.config(registry);
            if (gateway
                    && config.topology().shape() == Topology.Shape.REGIONS
                    && !labels.containsKey(Topology.REGION)) {
                throw new EnrolmentException(
                        "a gateway of " + options.network() + " needs its region: --label region=NAME");
            }
            Key key = identity(enroller);
            Registry.Applicant applicant =
                    new Registry.Applicant(node, key, labels, gateway ? Role.GATEWAY : Role.NODE);
            Member member = enroller.ask(registry, asked -> asked.enrol(config, applicant));
            report(member);
        }
        return 0;
    }

    private void checkParameters() {
        Names.node(spec, node);
        labels.forEach((key, value) -> {
            boolean region = key.equals(Topology.REGION);
            if (!Name.isLabel(key) || !(region ? Name.isName(value) : Name.isLabel(value))) {
                throw new ParameterException(
                        spec.commandLine(), "not a label such as region=eu, in lower case: " + key + "=" + value);
            }
        });
        if (labels.size() > Member.MAX_LABELS) {
            throw new ParameterException(
                    spec.commandLine(), "a node has at most " + Member.MAX_LABELS + " labels, not " + labels.size());
        }
    }

    private Key identity(Enroller enroller) throws IOException {
        if (Files.exists(identity) && Ed25519.isPublicPem(PrivateFile.readPublic(identity))) {
            try {
                return Ed25519.ofPem(identity, PrivateFile.readPublic(identity));
            } catch (IllegalArgumentException e) {
                throw new IOException(e.getMessage());
            }
        }
        NodeDirectory beside = new NodeDirectory(identity.toAbsolutePath().getParent());
        if (beside.path().equals(options.directory().path().toAbsolutePath())) {
            throw new IOException("give the identity a directory of its own: " + beside.path()
                    + " is the enroller's, with the enrolment key");
        }
        PrivateFile.createDirectory(beside.path());
        if (!Files.exists(identity)) {
            SigningKey.generate().write(identity);
        }
        enroller.network().forNode(node).write(beside.network());
        NodeDirectory own = options.directory();
        if (LabAuthority.exists(own.lab())) {
            LabAuthority authority = LabAuthority.in(own.lab());
            String user = Rbac.node(options.network(), node);
            authority.issueClient(user);
            authority.writeAuthority(beside.authority());
            authority.write(user, beside.certificate(), beside.certificateKey());
        }
        return SigningKey.read(identity).publicKey();
    }

    private void report(Member member) {
        PrintWriter out = spec.commandLine().getOut();
        String prefixes = member.prefixes().stream().map(Prefix::toString).collect(Collectors.joining(" and "));
        String words = node + " is a member of " + options.network() + " until " + member.notAfter() + ", with "
                + prefixes + ".";
        if (rbac) {
            out.println("# " + words);
            List<String> lines = Rbac.ofNode(member);
            lines.forEach(out::println);
        } else {
            out.println(words);
        }
    }
}
