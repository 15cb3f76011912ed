// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.daemon.testbed.DatagramReceiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code culvert up}, {@code down} and {@code reload} with files of wg-quick(8), in namespaces of their own. */
@OnHost({"wg-quick", "nft", "bash"})
class UpTest {
    private static final String OUTSIDE = "192.168.99.";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Key oneKey = Key.generate();
    private final Key twoKey = Key.generate();
    private Namespace one;
    private Namespace two;

    @TempDir
    private Path directory;

    @BeforeEach
    void create() {
        one = Namespace.create();
        two = Namespace.create();
        Namespace.connect(one, OUTSIDE + "1/24", two, OUTSIDE + "2/24");
        one.ip("route", "add", "default", "via", OUTSIDE + "2");
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private QuickFile first(String ofInterface, String allowedIps, String ofPeer) {
        return QuickFile.create(
                one, directory, """
                [Interface]
                PrivateKey = %s
                ListenPort = 51820
                Address = 10.99.0.1/24, fd00:9::1/64
                %s
                [Peer]
                PublicKey = %s
                AllowedIPs = %s
                Endpoint = %s2:51820
                %s
                """.formatted(oneKey.secret(), ofInterface, twoKey.pub(), allowedIps, OUTSIDE, ofPeer));
    }

    /** The other end, which is up when this returns. */
    private QuickFile second() {
        QuickFile file = QuickFile.create(two, directory, """
                [Interface]
                PrivateKey = %s
                ListenPort = 51820
                Address = 10.99.0.2/24, 10.98.0.1/32, fd00:9::2/64, fd00:8::1/128
                [Peer]
                PublicKey = %s
                AllowedIPs = 10.99.0.1/32, fd00:9::1/128
                """.formatted(twoKey.secret(), oneKey.pub()));
        file.run("up").expectSuccess();
        return file;
    }

    /** Pings until there is an answer: a cold JVM takes its time for a first handshake. */
    private void reach(String address) {
        assertThat(Eventually.holds(LIMIT, () -> Ping.tryOnce(one, address).exit() == 0))
                .as("%s answers", address)
                .isTrue();
    }

    @Test
    void splitTunnelIsSetUpWithItsHooksAndUndone() throws IOException {
        one.ip("link", "set", "veth0", "mtu", "1400");
        Path log = directory.resolve("hooks");
        String hook = "echo %s %%i $(ip -brief link show %%i 2>/dev/null | wc -l) >>" + log;
        QuickFile file = first(
                "PreUp = " + hook.formatted("pre-up") + "\nPostUp = " + hook.formatted("post-up") + "\nPostUp = "
                        + hook.formatted("again") + "\nPreDown = " + hook.formatted("pre-down") + "\nPostDown = "
                        + hook.formatted("post-down"),
                "10.99.0.2/32, 10.98.0.0/16, fd00:9::/64",
                "");
        String before = file.traces();
        QuickFile peer = second();
        file.run("up").expectSuccess();
        reach("10.98.0.1");
        reach("fd00:9::2");
        assertThat(one.ip("link", "show", file.device()))
                .as("80 less than the route's")
                .contains("mtu 1320 ", "UP");
        assertThat(one.ip("route", "show", "dev", file.device()))
                .contains("10.98.0.0/16 ")
                .as("the address's network has it")
                .doesNotContain("10.99.0.2 ");
        assertThat(file.run("up").expectFailure().allOutput())
                .contains(file.device() + " is up already, by " + file.path(), "culvert reload " + file.device());
        file.run("down").expectSuccess();
        peer.run("down").expectSuccess();
        assertThat(file.traces()).isEqualTo(before);
        assertThat(Files.readString(log).replace(" " + file.device(), ""))
                .isEqualTo("pre-up 0\npost-up 1\nagain 1\npre-down 1\npost-down 0\n");
        assertThat(file.run("down").expectFailure().allOutput()).contains(file.device() + " is not up");
    }

    /** The rules are found again without the mark, which a stripped file unsets. */
    @Test
    void fullTunnelIsUndoneAlsoAfterSyncconf() {
        QuickFile peer = second();
        QuickFile file = first("", "0.0.0.0/0, ::/0", "");
        String before = file.traces();
        file.run("up").expectSuccess();
        reach("10.98.0.1");
        reach("fd00:8::1");
        assertThat(one.ip("-6", "rule")).contains("not from all fwmark 0xca6c lookup 51820", "suppress_prefixlength 0");
        assertThat(one.output("nft", "list", "ruleset"))
                .contains("table ip culvert-" + file.device(), "ip6 daddr fd00:9::1 fib saddr type != local drop");
        assertThat(one.output("cat", "/proc/sys/net/ipv4/conf/all/src_valid_mark"))
                .isEqualTo("1");
        assertThat(one.ip("route", "get", "8.8.8.8")).contains("dev " + file.device());
        one.output("bash", "-c", "wg syncconf " + file.device() + " <(wg-quick strip " + file.path() + ")");
        assertThat(file.wg().show("fwmark")).isEqualTo("off");
        file.run("down").expectSuccess();
        assertThat(file.traces()).isEqualTo(before);
        peer.run("down").expectSuccess();
    }

    @Test
    void reloadAppliesWhatChangedAndKeepsSessions() {
        QuickFile peer = second();
        QuickFile file = first("MTU = 1400", "10.99.0.2/32, fd00:9::/64", "");
        String before = file.traces();
        file.run("up").expectSuccess();
        reach("10.99.0.2");
        long handshake = file.wg().latestHandshake(twoKey);
        assertThat(file.run("reload").expectSuccess().output()).contains("nothing has changed");
        Key third = Key.generate();
        String old = file.text();
        file.write(old.replace("MTU = 1400", "MTU = 1380\nPostDown = true")
                        .replace("10.99.0.1/24", "10.99.0.1/25")
                        .replace("10.99.0.2/32", "0.0.0.0/0")
                + "PersistentKeepalive = 21\n[Peer]\nPublicKey = " + third.pub() + "\nAllowedIPs = 10.50.0.0/16\n");
        assertThat(file.run("reload").expectSuccess().output())
                .contains(
                        "address 10.99.0.1/24 removed",
                        "address 10.99.0.1/25 added",
                        "MTU 1380 set",
                        "route to 10.50.0.0/16 added",
                        "route to 0.0.0.0/0 in table 51820 added",
                        "peer " + third.pub() + " added",
                        "peer " + twoKey.pub() + ": persistent keepalive 21 s",
                        "peer " + twoKey.pub() + ": allowed IP 10.99.0.2/32 removed",
                        "PostDown changed; run at the next down");
        reach("10.98.0.1");
        assertThat(file.wg().latestHandshake(twoKey)).isEqualTo(handshake);
        assertThat(one.ip("link", "show", file.device())).contains("mtu 1380 ");
        file.write(old);
        assertThat(file.run("reload").expectSuccess().output())
                .contains("peer " + third.pub() + " removed", "rule 32765 of IPv4 removed", "mark off");
        reach("10.99.0.2");
        assertThat(file.wg().latestHandshake(twoKey)).isEqualTo(handshake);
        assertThat(one.ip("rule")).doesNotContain("51820");
        file.run("down").expectSuccess();
        assertThat(file.traces()).isEqualTo(before);
        peer.run("down").expectSuccess();
    }

    @Test
    void dnsGoesThroughResolvconfAndTheStateIsSaved() throws IOException {
        Path log = directory.resolve("dns");
        Path program = Files.writeString(
                Files.createDirectories(directory.resolve("bin")).resolve("resolvconf"),
                "#!/bin/sh\necho \"$*\" >>" + log + "\n[ \"$1\" != -a ] || cat >>" + log + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        String path = program.getParent() + ":" + System.getenv("PATH");
        QuickFile file = first(
                "DNS = 10.99.0.2, example.org\nDNS = fd00:9::2\nSaveConfig = true\nTable = 1234\nPostUp = true",
                "10.99.0.2/32",
                "PersistentKeepalive = 25");
        file.command("up").environment("PATH", path).run().expectSuccess();
        assertThat(one.ip("route", "show", "table", "1234")).contains("10.99.0.2 dev " + file.device());
        file.wg().set("peer", twoKey.pub(), "allowed-ips", "10.99.0.2/32,10.77.0.0/16");
        one.ip("address", "add", "10.77.0.1/16", "dev", file.device());
        file.command("down").environment("PATH", path).run().expectSuccess();
        assertThat(Files.readString(log))
                .isEqualTo("-a DEV -m 0 -x\nnameserver 10.99.0.2\nnameserver fd00:9::2\nsearch example.org\n-d DEV -f\n"
                        .replace("DEV", file.device()));
        assertThat(file.text())
                .contains(
                        "PrivateKey = " + oneKey.secret(),
                        "Address = 10.77.0.1/16",
                        "Address = fd00:9::1/64",
                        "AllowedIPs = 10.99.0.2/32, 10.77.0.0/16",
                        "Endpoint = 192.168.99.2:51820",
                        "DNS = example.org",
                        "Table = 1234",
                        "PostUp = true",
                        "SaveConfig = true",
                        "PersistentKeepalive = 25")
                .doesNotContain("MTU");
        assertThat(Files.getPosixFilePermissions(file.path())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PostUp = ip rule add preference 99 table 77 && false | PostUp ended with status 1",
                "Address = 10.99.0.1/33 | :5: Address: expected an address",
                "Endpoint = 192.0.2.1:1 | :5: Endpoint belongs in [Peer]",
                "ListenPort = 1 | :5: ListenPort: stands twice; first in line 3",
                "PreUp = ip -4 route add 10.98.0.0/16 dev veth0 | route add 10.98.0.0/16 dev",
            })
    void failedUpLeavesNothing(String line, String reason) {
        QuickFile file = first(
                line + "\nPostDown = ip rule delete preference 99 || true; ip route delete 10.98.0.0/16 || true",
                "0.0.0.0/0, 10.98.0.0/16, ::/0",
                "");
        String before = file.traces();
        assertThat(file.run("up").expectFailure().allOutput())
                .contains(file.path().toString(), reason)
                .doesNotContain("Exception", "\tat ");
        assertThat(file.traces()).isEqualTo(before);
    }

    @Test
    void nameThatDoesNotResolveIsNamedWithItsLine() {
        QuickFile file = first("", "10.98.0.0/16", "");
        String before = file.traces();
        file.write(file.text().replace(OUTSIDE + "2:51820", "nosuch.invalid:51820"));
        assertThat(file.command("up")
                        .environment("WG_ENDPOINT_RESOLUTION_RETRIES", "1")
                        .run()
                        .expectFailure()
                        .allOutput())
                .contains(file.path() + ":9: Endpoint nosuch.invalid:51820 does not resolve");
        assertThat(file.traces()).isEqualTo(before);
    }

    /** The examples of wg-quick(8), with an endpoint that resolves without a name server. */
    @Test
    void examplesOfTheManualWork() {
        for (String text : List.of("""
                [Interface]
                Address = 10.192.122.1/24
                Address = 10.10.0.1/16
                SaveConfig = true
                PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
                ListenPort = 51820

                [Peer]
                PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
                AllowedIPs = 10.192.122.3/32, 10.192.124.1/24

                [Peer]
                PublicKey = TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=
                AllowedIPs = 10.192.122.4/32, 192.168.0.0/16

                [Peer]
                PublicKey = gN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=
                AllowedIPs = 10.10.10.230/32
                """, """
                [Interface]
                Address = 10.192.122.1/24
                PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
                ListenPort = 51820
                Table = 1234
                PostUp = ip rule add ipproto tcp dport 22 table 1234
                PreDown = ip rule delete ipproto tcp dport 22 table 1234

                [Peer]
                PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
                AllowedIPs = 0.0.0.0/0
                """, """
                [Interface]
                Address = 10.200.100.8/24
                PostUp = wg set %i private-key <(echo oK56DE9Ue9zK76rAc8pBl6opph+1v36lm7cXXsQKrQM=)

                [Peer]
                PublicKey = GtL7fZc/bLnqZldpVofMCD6hDjrK28SsdLxevJ+qtKU=
                PresharedKey = /UwcSPg38hW/D9Y3tcS1FOV0K1wuURMbS0sesJEP5ak=
                AllowedIPs = 0.0.0.0/0
                Endpoint = localhost:51820
                """)) {
            QuickFile file = QuickFile.create(one, directory, text);
            String before = file.traces();
            file.run("up").expectSuccess();
            assertThat(file.wg().show("private-key")).isNotEqualTo("(none)");
            file.run("down").expectSuccess();
            assertThat(file.traces()).isEqualTo(before);
        }
    }

    @Test
    void foregroundTakesEverythingDownAtTheEnd() throws InterruptedException {
        QuickFile file = first("", "0.0.0.0/0", "");
        String before = file.traces();
        for (String end : List.of("supervisor", "daemon")) {
            Process process =
                    one.start(Map.of("CULVERT_WARMUP", "off"), Daemon.logFile(file.device()), file.words("up", "-f"));
            assertThat(Eventually.holds(
                            LIMIT, () -> !process.isAlive() || one.ip("rule").contains("suppress")))
                    .isTrue();
            assertThat(Eventually.holds(LIMIT, () -> file.run("reload").exit() == 0))
                    .as("it is up")
                    .isTrue();
            if (end.equals("supervisor")) {
                process.destroy();
            } else {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
            }
            assertThat(process.waitFor(LIMIT)).isTrue();
            String log = Repository.text(Daemon.logFile(file.device()).toPath());
            assertThat(process.exitValue() == 0).as("%s ended: %s", end, log).isEqualTo(end.equals("supervisor"));
            assertThat(log.contains(file.device() + ": its process was ended by SIGKILL"))
                    .as(log)
                    .isEqualTo(end.equals("daemon"));
            assertThat(file.traces()).isEqualTo(before);
        }
    }

    /** As in culvert@.service: ready only when addresses and routes are set, and alive by the daemon's own word. */
    @Test
    void serviceManagerHearsThatAllIsUp() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/usr/bin/systemd-notify")), "missing: systemd-notify");
        QuickFile file = first("", "0.0.0.0/0", "");
        Path socket = directory.resolve("notify");
        try (DatagramReceiver receiver = new DatagramReceiver(socket.toString())) {
            Map<String, String> environment =
                    Map.of("CULVERT_WARMUP", "off", "NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "1000000000");
            Process process = one.start(environment, Daemon.logFile(file.device()), file.words("up", "-f"));
            List<String> heard = new ArrayList<>();
            while (!heard.contains("BARRIER=1") && process.isAlive()) {
                heard.add(receiver.await());
            }
            assertThat(one.ip("rule")).contains("suppress");
            assertThat(heard)
                    .contains("WATCHDOG=1", "STATUS=interface " + file.device())
                    .filteredOn(message -> message.startsWith("READY=1"))
                    .singleElement()
                    .asString()
                    .contains("STATUS=interface " + file.device());
            process.destroy();
            assertThat(process.waitFor(LIMIT)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        Files.delete(socket);
    }

    @Test
    void upUndoesWhatAKilledDaemonLeft() {
        QuickFile file = first("", "0.0.0.0/0", "");
        String before = file.traces();
        file.run("up").expectSuccess();
        one.processes().forEach(ProcessHandle::destroyForcibly);
        assertThat(Eventually.holds(LIMIT, () -> one.interfaces().size() == 2)).isTrue();
        assertThat(file.run("up").expectSuccess().allOutput()).contains("ended without culvert down");
        assertThat(one.ip("rule").lines().filter(line -> line.contains("51820")))
                .hasSize(1);
        one.processes().forEach(ProcessHandle::destroyForcibly);
        assertThat(Eventually.holds(LIMIT, () -> one.interfaces().size() == 2)).isTrue();
        file.run("down").expectSuccess();
        assertThat(file.traces()).isEqualTo(before);
    }
}
