// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The packages of {@code bin/package}, in a Debian 12 without Java. They are made once for all tests, beside the tests
 * of other classes.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("minutes of a processor")
@OnHost({"apt-get", "mmdebstrap", "scdoc", "dpkg-shlibdeps", "lintian", "curl", "minisign", "findmnt"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PackageTest {
    private static final Duration BUILD = Duration.ofMinutes(20);
    private static final Duration SOON = Duration.ofMinutes(1);

    @TempDir
    private static Path directory;

    private Path packages;
    private DebianRoot debian;

    @BeforeAll
    void make() {
        assumeTrue(Program.CULVERT.isCulvert(), "another program stands in for Culvert");
        assumeTrue(DebianRoot.isMirrorThere(), "missing: a network connection to a mirror of Debian");
        packages = make("packages");
        debian = DebianRoot.create(
                directory.resolve("bookworm"),
                "bookworm",
                "dbus",
                "iproute2",
                "iputils-ping",
                "libssl3",
                "liburing2",
                "nftables",
                "procps",
                "systemd-sysv",
                "wireguard-tools");
    }

    private static Path make(String name, String... kinds) {
        Path out = directory.resolve(name);
        String[] words = Stream.concat(
                        Stream.of(Repository.root().resolve("bin/package").toString(), "--out", out.toString()),
                        Stream.of(kinds))
                .toArray(String[]::new);
        Command.of(words).limit(BUILD).run().expectSuccess();
        return out;
    }

    private Path packaged(String pattern) throws IOException {
        try (Stream<Path> all = Files.list(packages)) {
            return all.filter(file -> file.getFileName().toString().matches(pattern))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + pattern));
        }
    }

    /** README's way from the installation to the removal, against wireguard-go. */
    @Test
    void debianPackageIsInstalledUsedRemovedAndPurged() throws IOException {
        TreeSet<String> before = debian.files();
        debian.copy(packaged("culvert_.*deb12_.*"), "tmp/culvert.deb");
        String device = Names.next();
        try (Namespace one = Namespace.create();
                Namespace two = Namespace.create()) {
            Namespace.connect(one, "192.168.99.1/24", two, "192.168.99.2/24");
            debian.run(one, "dpkg", "--install", "/tmp/culvert.deb");
            assertThat(debian.run(one, "culvert", "--version")).matches("culvert \\d+\\.\\d+\\.\\d+");
            assertThat(debian.run(one, "culvert", "overlay", "--version"))
                    .matches("culvert overlay \\d+\\.\\d+\\.\\d+");
            useTunnel(one, two, device);
            debian.run(one, "dpkg", "--remove", "culvert");
            assertThat(debian.path("usr/lib/culvert")).doesNotExist();
            assertThat(debian.path("usr/lib/systemd/system/culvert.service")).doesNotExist();
            debian.run(one, "dpkg", "--purge", "culvert");
        }
        Files.delete(debian.path("tmp/culvert.deb"));
        assertThat(debian.files()).isEqualTo(before);
    }

    /** Has wireguard-go answer at 10.9.0.2; returns the file for the other end of the tunnel. */
    private static String answer(Daemon peer, Namespace two) {
        Key key = Key.generate();
        Key peerKey = Key.generate();
        peer.wg()
                .set(("private-key " + peerKey.file() + " listen-port 51820 peer " + key.pub()
                                + " allowed-ips 10.9.0.1/32 endpoint 192.168.99.1:51820")
                        .split(" "));
        two.ip("address", "add", "10.9.0.2/24", "dev", peer.device());
        two.ip("link", "set", peer.device(), "up");
        return """
                [Interface]
                PrivateKey = %s
                ListenPort = 51820
                Address = 10.9.0.1/24

                [Peer]
                PublicKey = %s
                AllowedIPs = 10.9.0.2/32
                Endpoint = 192.168.99.2:51820
                """.formatted(key.secret(), peerKey.pub());
    }

    private void useTunnel(Namespace one, Namespace two, String device) throws IOException {
        try (Daemon peer = Daemon.start(Program.WIREGUARD_GO, two)) {
            String file = "/tmp/" + device + ".conf";
            Files.writeString(debian.path(file.substring(1)), answer(peer, two));
            one.command(debian.words(List.of("CULVERT_METRICS=127.0.0.1:9586"), "culvert", "up", file))
                    .run()
                    .expectSuccess();
            debian.run(one, "ping", "-c", "3", "-i", "0.2", "-W", "2", "10.9.0.2");
            expectArchivedClasses(one);
            assertThat(debian.run(one, "wg", "show", device)).contains("latest handshake");
            assertThat(debian.run(one, "culvert", "status", device)).contains(device, "192.168.99.2:51820");
            assertThat(one.output("curl", "-s", "http://127.0.0.1:9586/metrics"))
                    .contains("culvert_peer_received_bytes_total", "culvert_io_uring_enabled");
            // 1: it works, and something costs speed, as OpenSSL until the kernels are compiled.
            Command.Result doctor = one.command(debian.words(List.of(), "culvert", "doctor", device))
                    .run();
            assertThat(doctor.exit()).as(doctor.output()).isLessThan(2);
            assertThat(doctor.output()).contains("it carries packets");
            assertThat(debian.run(one, "culvert", "top", "--count", "1")).contains(device);
            debian.run(one, "culvert", "down", file);
            Files.delete(debian.path(file.substring(1)));
            assertThat(Eventually.holds(
                            Duration.ofMinutes(1), () -> one.processes().isEmpty()))
                    .as("its process ends")
                    .isTrue();
        }
    }

    /** The JVM takes the archive of classes, which was made in another directory. */
    private static void expectArchivedClasses(Namespace namespace) {
        assertThat(namespace.processes())
                .extracting(process -> Repository.text(Path.of("/proc", "" + process.pid(), "maps")))
                .anyMatch(maps -> maps.contains("culvert.jsa"));
    }

    /** systemd carries an interface of a file, starts it again after a crash, and ends it. */
    @Test
    void unitCarriesAnInterfaceOfAFile() throws IOException {
        String device = Names.next();
        String unit = "culvert@" + device;
        try (Namespace one = Namespace.create();
                Namespace two = Namespace.create();
                SystemdContainer container = boot(one);
                Daemon peer = Daemon.start(Program.WIREGUARD_GO, two)) {
            Namespace.connect(one, "192.168.99.1/24", two, "192.168.99.2/24");
            Files.writeString(container.path("etc/wireguard/" + device + ".conf"), answer(peer, two));
            container.run("systemctl", "enable", "--now", unit);
            Ping.once(one, "10.9.0.2");
            assertThat(container.journal(unit)).contains(device + " is up, listening on UDP port 51820");
            container.run("systemctl", "reload", unit);
            assertThat(container.journal(unit)).contains("nothing has changed");

            container.run("pkill", "-KILL", "java");
            assertThat(Eventually.holds(
                            SOON, () -> container.property(unit, "NRestarts").equals("1")))
                    .isTrue();
            assertThat(Eventually.holds(
                            SOON, () -> container.property(unit, "ActiveState").equals("active")))
                    .as(() -> container.journal(unit))
                    .isTrue();
            Ping.once(one, "10.9.0.2");
            assertThat(container.journal(unit)).contains("ended by SIGKILL").doesNotContain("line ");

            container.run("systemctl", "stop", unit);
            assertThat(container.property(unit, "Result")).isEqualTo("success");
            assertThat(one.interfaces()).noneMatch(line -> line.contains(device));
        }
    }

    /** {@code culvert.service} carries the interface, and systemd-networkd gives it the addresses of the example. */
    @Test
    void networkdSetsUpAnInterfaceOfTheService() throws IOException {
        try (Namespace one = Namespace.create();
                SystemdContainer container = boot(one)) {
            Files.copy(
                    Repository.root().resolve("packaging/networkd/wg0.network"),
                    container.path("etc/systemd/network/wg0.network"));
            container.run("systemctl", "start", "culvert", "systemd-networkd");
            container.run("culvert", "wg0");
            assertThat(Eventually.holds(
                            SOON, () -> one.ip("address", "show", "wg0").contains("10.0.0.1/24")))
                    .as(() -> container.journal("systemd-networkd"))
                    .isTrue();
            assertThat(one.ip("address", "show", "wg0")).contains("fd00::1/64", "mtu 1420");
            assertThat(Eventually.holds(SOON, () -> one.ip("route").contains("10.1.0.0/16 dev wg0")))
                    .isTrue();
            assertThat(container.property("culvert", "StatusText")).isEqualTo("interfaces: wg0");
            container.run("systemctl", "stop", "culvert");
            assertThat(one.interfaces()).noneMatch(line -> line.contains("wg0"));
        }
    }

    /** The agent of an overlay has its interface carried by the service, and leaves it when it stops. */
    @Test
    void unitRunsTheAgentOfAnOverlay() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/etcd")), "missing: etcd");
        String unit = "culvert-overlay@net";
        try (Namespace one = Namespace.create();
                SystemdContainer container = boot(one)) {
            String store = "http://127.0.0.1:2379";
            one.start(
                    Map.of(),
                    Daemon.logFile("etcd-" + one.name()),
                    ("etcd --data-dir " + directory.resolve("etcd") + " --listen-client-urls " + store
                                    + " --advertise-client-urls " + store)
                            .split(" "));
            container.run("sh", "-euc", """
                    set -- net --directory /tmp/enroller
                    culvert overlay init "$@" --pool 10.64.0.0/16 --etcd http://127.0.0.1:2379 --lab
                    culvert overlay enrol "$@" node1 --identity /etc/culvert/overlay/net/identity.key
                    echo 'OPTIONS="--endpoint 192.168.99.1:51820"' >/etc/default/culvert-overlay-net
                    systemctl start culvert-overlay@net
                    """);
            assertThat(Eventually.holds(SOON, () -> container.journal(unit).contains("in step with the store")))
                    .as(() -> container.journal(unit))
                    .isTrue();
            assertThat(container.run("culvert", "overlay", "status", "net")).contains("in step at revision");
            assertThat(one.ip("address", "show", "wg0")).contains("10.64.0.1/");
            container.run("systemctl", "stop", unit);
            assertThat(container.property(unit, "Result")).isEqualTo("success");
            assertThat(one.ip("address", "show", "wg0")).contains("10.64.0.1/");
        }
    }

    /** Boots the root with systemd, and installs the package for Debian 12 there. */
    private SystemdContainer boot(Namespace namespace) throws IOException {
        SystemdContainer container = SystemdContainer.boot(namespace, debian);
        Files.copy(packaged("culvert_.*deb12_.*"), container.path("tmp/culvert.deb"));
        container.run("dpkg", "--install", "/tmp/culvert.deb");
        return container;
    }

    /** The archive's Java runtime has what the program needs; the root has none. */
    @Test
    void archiveRunsInAnyDirectory() throws IOException {
        Path place = Files.createDirectories(debian.path("opt/some where"));
        try (Namespace namespace = Namespace.create()) {
            Command.output(
                    "tar", "-C", place.toString(), "-xf", packaged(".*linux.*").toString());
            try (Stream<Path> unpacked = Files.list(place)) {
                String program =
                        "/opt/some where/" + unpacked.findFirst().orElseThrow().getFileName() + "/bin/culvert";
                assertThat(debian.run(namespace, program, "--version")).startsWith("culvert ");
                String device = Names.next();
                debian.run(namespace, program, device);
                assertThat(debian.run(namespace, "wg", "show", device)).contains(device);
                expectArchivedClasses(namespace);
                namespace.ip("link", "delete", device);
            }
        }
        Command.output("rm", "-rf", place.toString());
    }

    /** In a chroot of the image's layers, with its environment. */
    @Test
    void imageRuns() throws IOException {
        Path image = Files.createDirectories(directory.resolve("image"));
        Command.output("tar", "-C", image.toString(), "-xf", packaged(".*oci.*").toString());
        JsonObject index = json(image.resolve("index.json"));
        JsonObject manifest = json(blob(image, index.getAsJsonArray("manifests").get(0)));
        JsonObject config = json(blob(image, manifest.get("config"))).getAsJsonObject("config");
        assertThat(config.getAsJsonArray("Entrypoint")).hasToString("[\"/usr/bin/culvert\"]");
        Path place = Files.createDirectories(directory.resolve("container"));
        for (JsonElement layer : manifest.getAsJsonArray("layers")) {
            Command.output(
                    "tar", "-C", place.toString(), "-xf", blob(image, layer).toString());
        }
        DebianRoot container = DebianRoot.of(place);
        List<String> environment = config.getAsJsonArray("Env").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
        String device = Names.next();
        try (Namespace namespace = Namespace.create()) {
            Process process = namespace.start(
                    Map.of(), Daemon.logFile(device), container.words(environment, "/usr/bin/culvert", "-f", device));
            assertThat(Eventually.holds(
                            Duration.ofMinutes(1),
                            () -> Files.exists(container.path("run/wireguard/" + device + ".sock"))
                                    || Files.exists(container.path("var/run/wireguard/" + device + ".sock"))))
                    .as(() -> Repository.text(Daemon.logFile(device).toPath()))
                    .isTrue();
            assertThat(container.run(namespace, "wg", "show", device)).contains(device);
            expectArchivedClasses(namespace);
            namespace.ip("link", "delete", device);
            assertThat(Unchecked.call(() -> process.waitFor(Duration.ofMinutes(1))))
                    .isTrue();
        }
    }

    private static JsonObject json(Path file) {
        return JsonParser.parseString(Repository.text(file)).getAsJsonObject();
    }

    /** The file that a descriptor of the image names by its digest. */
    private static Path blob(Path image, JsonElement descriptor) {
        String digest = descriptor.getAsJsonObject().get("digest").getAsString();
        return image.resolve("blobs").resolve(digest.replace(':', '/'));
    }

    @Test
    void lintianIsSilent() throws IOException {
        for (String kind : List.of("deb12", "deb13")) {
            assertThat(Command.of(
                                    "lintian",
                                    "--allow-root",
                                    "--fail-on",
                                    "warning",
                                    packaged("culvert_.*" + kind + "_.*").toString())
                            .limit(BUILD)
                            .run()
                            .expectSuccess()
                            .output())
                    .isEmpty();
        }
    }

    /** The Debian package for 12 has the files of this archive, and is packed as that for 13. */
    @Test
    void secondBuildGivesTheSameBytes() throws IOException {
        Path again = make("again", "tar", "deb13", "sbom");
        try (Stream<Path> files = Files.list(again)) {
            for (Path file : files.toList()) {
                Path first = packages.resolve(file.getFileName());
                if (!file.endsWith("SHA256SUMS")) {
                    assertThat(Files.mismatch(file, first))
                            .as(() -> file + " differs: " + difference(first, file))
                            .isEqualTo(-1);
                }
            }
        }
    }

    /** The files that differ in two archives, and the first bytes in which they do. */
    private static String difference(Path one, Path two) {
        return Command.output("sh", "-c", """
                cd "$(mktemp -d)" && mkdir a b && tar -C a -xf "$0" && tar -C b -xf "$1" && cd a || exit 0
                find . -type f | while read -r file; do
                    cmp -s "$file" "../b/$file" || { echo "$file"; cmp -l "$file" "../b/$file" | head -n 40; }
                done""", one.toString(), two.toString());
    }

    @Test
    void componentsAreListedAlike() throws IOException {
        Path file = packaged("culvert-[0-9.]+.cdx.json");
        assertThat(json(file).getAsJsonArray("components").asList().stream()
                        .map(component ->
                                component.getAsJsonObject().get("name").getAsString()))
                .contains("OpenJDK", "agrona", "picocli", "culvert-engine");
        assertThat(file).content().contains("\"bomFormat\" : \"CycloneDX\"").doesNotContain("serialNumber");
        assertThat(packaged("culvert-overlay-.*cdx.json"))
                .content()
                .contains("\"jetcd-core\"", "\"netty-common\"")
                .doesNotContain("serialNumber");
    }

    /** As the release procedure in CONTRIBUTING.md says, with a key that is thrown away. */
    @Test
    void checksumsAreSignedAndVerified() throws IOException {
        Path key = directory.resolve("minisign.key");
        Path pub = directory.resolve("minisign.pub");
        Path sums = packages.resolve("SHA256SUMS");
        Command.output("minisign", "-G", "-W", "-s", key.toString(), "-p", pub.toString());
        Command.output("minisign", "-S", "-W", "-s", key.toString(), "-m", sums.toString());
        String[] verify = {"minisign", "-V", "-p", pub.toString(), "-m", sums.toString()};
        Command.of(verify).run().expectSuccess();
        Command.output("sh", "-c", "cd \"$0\" && sha256sum --check --quiet SHA256SUMS", packages.toString());
        Files.writeString(sums, Repository.text(sums).replaceFirst("[0-9a-f]", "g"));
        Command.of(verify).run().expectFailure();
    }
}
