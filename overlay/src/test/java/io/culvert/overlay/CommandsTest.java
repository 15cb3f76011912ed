// SPDX-License-Identifier: Apache-2.0
package io.culvert.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import io.culvert.overlay.pki.LabAuthority;
import io.culvert.overlay.record.Keys;
import io.culvert.overlay.store.EtcdProcess;
import io.culvert.overlay.trust.NodeDirectory;
import io.culvert.overlay.trust.PrivateFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The enroller's commands on an etcd with TLS, client certificates and roles, in the order of a network's life. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandsTest {
    private static final String NET = "lab";

    @TempDir
    private static Path directory;

    private static EtcdProcess etcd;
    private static URI address;

    /** What a command printed, and its exit status. */
    private record Outcome(int status, String out, String err) {
        private Outcome succeeds() {
            assertThat(status).as(err).isZero();
            assertThat(err).isEmpty();
            return this;
        }

        /** It says in one line what to do; a second one may name the help. */
        private Outcome fails(String... words) {
            assertThat(status).isNotZero();
            assertThat(err).contains(words).startsWith("culvert overlay").doesNotContain("\tat ", "Exception");
            assertThat(err.lines()).hasSizeLessThanOrEqualTo(2);
            return this;
        }
    }

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        int status = command.execute(arguments);
        return new Outcome(status, out.toString(), err.toString());
    }

    private static String enroller() {
        return directory.resolve("enroller").toString();
    }

    private static Outcome enroller(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, NET, "--directory", enroller()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private static String identity(String node) {
        return directory.resolve(node).resolve("identity.key").toString();
    }

    private static Outcome init(String... more) {
        List<String> all = new ArrayList<>(
                List.of("--pool", "10.64.0.0/10", "--pool6", "fd00:64::/48", "--etcd", address.toString(), "--lab"));
        all.addAll(List.of(more));
        return enroller("init", all.toArray(String[]::new));
    }

    private static Map<String, String> certificates(NodeDirectory of) {
        return Map.of(
                "ETCDCTL_CACERT", of.authority().toString(),
                "ETCDCTL_CERT", of.certificate().toString(),
                "ETCDCTL_KEY", of.certificateKey().toString());
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static NodeDirectory root() {
        return new NodeDirectory(directory.resolve("root"));
    }

    /** Runs lines that a command printed, with etcdctl as etcd's root. */
    private static void asRoot(String lines) throws Exception {
        etcd.shell("set -e\n" + lines, certificates(root()));
    }

    @BeforeAll
    static void start() throws Exception {
        address = EtcdProcess.address("https");
        init("--keys-only").succeeds();
        NodeDirectory enroller = new NodeDirectory(Path.of(enroller()));
        LabAuthority authority = LabAuthority.in(enroller.lab());
        authority.issueClient("root");
        PrivateFile.createDirectory(root().path());
        authority.writeAuthority(root().authority());
        authority.write("root", root().certificate(), root().certificateKey());
        etcd = EtcdProcess.start(
                List.of(
                        "--trusted-ca-file=" + enroller.authority(),
                        "--cert-file=" + enroller.lab().resolve("server.pem"),
                        "--key-file=" + enroller.lab().resolve("server.key"),
                        "--client-cert-auth"),
                address);
        asRoot("etcdctl user add root --no-password; etcdctl user grant-role root root");
        asRoot(enroller("init", "--rbac", "--pool", "x", "--etcd", "x")
                .succeeds()
                .out());
        asRoot("etcdctl auth enable");
    }

    @AfterAll
    static void stop() throws Exception {
        if (etcd != null) {
            etcd.close();
        }
    }

    @Test
    @Order(1)
    void initMakesTheNetworkOnce() throws Exception {
        assertThat(init().succeeds().out()).contains("16384 nodes", "10.64.0.0/24");
        init().fails("already", "--update");
        init("--update", "--topology", "hub").succeeds();
        enroller("init", "--update", "--pool", "10.0.0.0/10", "--etcd", address.toString())
                .fails("10.64.0.0/10");
        NodeDirectory of = new NodeDirectory(Path.of(enroller()));
        for (Path secret : List.of(
                of.enrolmentKey(),
                of.certificateKey(),
                of.enrollerSerials(),
                of.lab().resolve("keys.p12"),
                of.lab().resolve("password"))) {
            assertThat(permissions(secret)).as(secret.toString()).isEqualTo("rw-------");
        }
        assertThat(permissions(of.path())).isEqualTo("rwx------");
    }

    @Test
    @Order(2)
    void enrolMakesAMember() throws Exception {
        Outcome first = enroller("enrol", "n1", "--identity", identity("n1"), "--label", "region=eu", "--rbac")
                .succeeds();
        assertThat(first.out()).contains("10.64.0.0/24 and fd00:64::/64");
        asRoot(first.out());
        Outcome second = enroller("enrol", "n2", "--identity", identity("n2"), "--gateway", "--rbac")
                .succeeds();
        assertThat(second.out()).contains("10.64.1.0/24", "/gw/default/n2");
        asRoot(second.out());
        assertThat(permissions(Path.of(identity("n1")))).isEqualTo("rw-------");
        enroller("enrol", "n1", "--identity", identity("n1")).fails("already", "renew");
        enroller("enrol", "N1", "--identity", identity("x")).fails("N1", "lower-case");
        enroller("enrol", "n3", "--identity", identity("x"), "--label", "Tier=Web")
                .fails("Tier=Web");
        enroller("enrol", "n3", "--identity", enroller() + "/identity.key").fails("directory of its own");
    }

    @Test
    @Order(3)
    void aPublicKeyIsEnough() throws Exception {
        Path file = directory.resolve("public.pem");
        Files.writeString(file, """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
            -----END PUBLIC KEY-----
            """);
        enroller("enrol", "n3", "--identity", file.toString()).succeeds();
        Files.writeString(file, "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n");
        enroller("enrol", "n4", "--identity", file.toString()).fails("public.pem", "Ed25519");
    }

    /** The certificate's CN is the etcd user: it reads the network, and writes the node's own record only. */
    @Test
    @Order(4)
    void aNodeMayWriteItsOwnRecordOnly() throws Exception {
        Map<String, String> n1 = certificates(new NodeDirectory(directory.resolve("n1")));
        etcd.shell("etcdctl put " + Keys.node(NET, "n1") + " x", n1);
        etcd.shell("etcdctl get --prefix " + Keys.network(NET), n1);
        for (String denied : List.of(
                "put " + Keys.node(NET, "n2") + " x",
                "put " + Keys.member(NET, "n1") + " x",
                "put " + Keys.config(NET) + " x",
                "put " + Keys.gateway(NET, "default", "n1") + " x",
                "del " + Keys.member(NET, "n2"),
                "get --prefix /")) {
            assertThat(etcd.shell("etcdctl " + denied + " && exit 9; true", n1)).contains("permission denied");
        }
        Map<String, String> n2 = certificates(new NodeDirectory(directory.resolve("n2")));
        etcd.shell(
                "etcdctl put " + Keys.gateway(NET, "default", "n2") + " x; etcdctl del "
                        + Keys.gateway(NET, "default", "n2"),
                n2);
    }

    /** What n1 put there is no record. */
    @Test
    @Order(5)
    void verifyNamesWhatIsRefused() throws Exception {
        Outcome verified =
                run("verify", NET, "--directory", directory.resolve("n1").toString());
        assertThat(verified.status()).isEqualTo(1);
        assertThat(verified.out()).contains(Keys.node(NET, "n1") + ": malformed", "3 members", "1 problems");
        asRoot("etcdctl del " + Keys.node(NET, "n1"));
        assertThat(enroller("verify").succeeds().out()).contains("0 problems");
    }

    @Test
    @Order(6)
    void revokeAndRenew() throws Exception {
        assertThat(enroller("renew", "n1").succeeds().out()).contains("n1 is a member");
        assertThat(enroller("renew").succeeds().out()).isEqualTo("0 memberships were renewed.\n");
        assertThat(enroller("renew", "--within", "1000").succeeds().out()).contains("3 memberships were renewed");
        enroller("renew", "n9").fails("n9 is no member");
        Outcome revoked = enroller("revoke", "n2", "--rbac").succeeds();
        asRoot(revoked.out());
        enroller("revoke", "n2").fails("revoked");
        enroller("renew", "n2").fails("revoked");
        assertThat(enroller("verify").succeeds().out()).contains("3 members (1 revoked)");
        Outcome back = enroller("enrol", "n2", "--identity", identity("n2")).succeeds();
        assertThat(back.out()).as("its own prefix again").contains("10.64.1.0/24");
    }

    @Test
    @Order(7)
    void rotateReplacesTheEnrolmentKey() throws Exception {
        enroller("rotate", "--finish").fails("not being rotated");
        Path pins = new NodeDirectory(Path.of(enroller())).network();
        String before = Files.readString(pins);
        String next = enroller("rotate").succeeds().out();
        assertThat(enroller("rotate").succeeds().out()).as("again").isEqualTo(next);
        Path n1 = directory.resolve("n1");
        Path nodePins = new NodeDirectory(n1).network();
        String old = Files.readString(nodePins);
        Files.writeString(nodePins, Files.readString(pins));
        assertThat(run("verify", NET, "--directory", n1.toString()).succeeds().out())
                .contains("3 members");
        assertThat(enroller("rotate", "--finish").succeeds().out()).contains("3 memberships were signed");
        assertThat(run("verify", NET, "--directory", n1.toString()).succeeds().out())
                .contains("3 members");
        assertThat(enroller("verify").succeeds().out()).contains("0 problems");
        assertThat(Files.readString(pins)).isNotEqualTo(before);
        Files.writeString(nodePins, old);
        Outcome stale = run("verify", NET, "--directory", n1.toString());
        assertThat(stale.status()).isEqualTo(1);
        assertThat(stale.out()).contains("unknown_signer");
        enroller("renew", "n1").succeeds();
    }

    @Test
    @Order(8)
    void errorsNameWhatIsMissing() throws Exception {
        run("verify", NET, "--directory", directory.resolve("nowhere").toString())
                .fails("network.json", "--directory");
        run("verify", "other", "--directory", enroller()).fails("network lab, not of other");
        run("verify", "No_Net").fails("No_Net");
        run("enrol", NET, "n5", "--directory", directory.resolve("n1").toString(), "--identity", identity("n5"))
                .fails("enrolment.key");
        run("init", "net2", "--pool", "10.0.0.0", "--etcd", address.toString(), "--directory", directory + "/x")
                .fails("10.0.0.0");
        run("init", "net2", "--pool", "10.0.0.0/8", "--etcd", "ftp://x", "--directory", directory + "/x")
                .fails("ftp://x");
        run("init", "net2", "--pool", "10.0.0.0/8", "--etcd", "http://[::1]", "--directory", directory + "/x")
                .fails("http://[::1]:2379", "--lab");
        for (String relay : List.of("http://192.0.2.1:2389", "https://192.0.2.1", "192.0.2.1", "no url")) {
            run("run", NET, "--directory", directory.resolve("n2").toString(), "--relay", relay)
                    .fails("--relay", "https://192.0.2.1:2389", relay);
        }
        run().fails("command is missing");
        NodeDirectory n1 = new NodeDirectory(directory.resolve("n1"));
        byte[] certificate = Files.readAllBytes(n1.certificateKey());
        Files.write(n1.certificateKey(), new byte[] {'x'});
        run("verify", NET, "--directory", n1.path().toString()).fails("PKCS #8");
        Files.delete(n1.certificate());
        Files.write(n1.certificateKey(), certificate);
        run("verify", NET, "--directory", n1.path().toString()).fails(address.toString(), "certificate");
        etcd.kill();
        enroller("verify").fails(address.toString(), "does not answer");
    }
}
