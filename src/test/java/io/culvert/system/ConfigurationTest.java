// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The configuration scenarios 45 to 58 of the kernel's netns test: {@code wg} reads back what it has set. */
@OnHost
class ConfigurationTest {
    private static Namespace namespace;
    private static Daemon daemon;
    private static Wg wg;

    @BeforeAll
    static void create() {
        namespace = Namespace.create();
        daemon = Daemon.start(Program.CULVERT, namespace);
        wg = daemon.wg();
    }

    @AfterAll
    static void close() {
        daemon.close();
        namespace.close();
    }

    @BeforeEach
    void clear() {
        wg.configure("setconf", "[Interface]\n");
        assertThat(wg.peers()).isEmpty();
    }

    /** Public keys of peers that do not exist; any 32 bytes are valid. */
    private static List<String> publicKeys(int count) {
        Random random = new Random(count);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] key = new byte[32];
            random.nextBytes(key);
            keys.add(Base64.getEncoder().encodeToString(key));
        }
        return keys;
    }

    private static String peer(String publicKey, List<String> allowedIps) {
        return "[Peer]\nPublicKey=" + publicKey + "\n"
                + allowedIps.stream()
                        .map(prefix -> "AllowedIPs=" + prefix + "\n")
                        .collect(Collectors.joining());
    }

    /** Scenario 45. */
    @Test
    void onePeerHas130560AllowedIps() {
        List<String> prefixes = IntStream.rangeClosed(1, 255 * 256)
                .boxed()
                .flatMap(i -> IntStream.range(0, 2)
                        .mapToObj(half -> half == 0
                                ? "10." + i / 256 + "." + i % 256 + ".0/24"
                                : "fd00:" + Integer.toHexString(i) + "::/32"))
                .toList();
        wg.configure("setconf", "[Interface]\n" + peer(publicKeys(1).getFirst(), prefixes));
        String[] words = wg.show("allowed-ips").split("\\s+");
        assertThat(words).hasSize(1 + prefixes.size());
        // Sets, since comparing lists in any order takes quadratic time.
        Set<String> shown = Set.copyOf(List.of(words).subList(1, words.length));
        assertThat(shown.equals(Set.copyOf(prefixes))).as("the same prefixes").isTrue();
    }

    /** Scenario 46. */
    @Test
    void dumpOfFortyPeersEqualsWhatWasSet() {
        List<String> keys = publicKeys(40);
        StringBuilder text = new StringBuilder("[Interface]\nListenPort=51999\nFwMark=0x2a\n");
        List<List<String>> prefixes = new ArrayList<>();
        for (int p = 0; p < keys.size(); p++) {
            int number = p;
            prefixes.add(IntStream.range(0, 26)
                    .boxed()
                    .flatMap(
                            i -> List.of(
                                    "10." + number + "." + i + ".0/24",
                                    "fd00:" + (number + 1) + ":" + (i + 1) + "::/48")
                                    .stream())
                    .toList());
            text.append(peer(keys.get(p), prefixes.get(p)));
            text.append("Endpoint=192.0.2.")
                    .append(p + 1)
                    .append(":51820\nPersistentKeepalive=")
                    .append(p)
                    .append('\n');
        }
        wg.configure("setconf", text.toString());
        List<String> lines = wg.show("dump").lines().toList();
        assertThat(lines).hasSize(41);
        assertThat(lines.getFirst()).isEqualTo("(none)\t(none)\t51999\t0x2a");
        for (int p = 0; p < keys.size(); p++) {
            String[] columns = lines.get(p + 1).split("\t");
            assertThat(columns[0]).isEqualTo(keys.get(p));
            assertThat(columns[1]).isEqualTo("(none)");
            assertThat(columns[2]).isEqualTo("192.0.2." + (p + 1) + ":51820");
            assertThat(columns[3].split(",")).containsExactlyInAnyOrderElementsOf(prefixes.get(p));
            assertThat(columns[7]).isEqualTo(p == 0 ? "off" : Integer.toString(p));
        }
        assertThat(wg.show("allowed-ips").lines()).hasSize(40).allMatch(line -> line.split("\\s+").length == 53);
    }

    /** Scenario 47, and the output of showconf can be set again. */
    @Test
    void showconfCanBeSetAgain() {
        List<String> keys = publicKeys(30);
        String text = "[Interface]\n"
                + keys.stream().limit(29).map(key -> peer(key, List.of())).collect(Collectors.joining())
                + peer(keys.getLast(), List.of("255.255.255.255/32", "ffff::/16"));
        wg.configure("setconf", text);
        String shown = wg.showconf();
        wg.configure("setconf", shown);
        assertThat(wg.showconf()).isEqualTo(shown);
        assertThat(wg.peers()).containsExactlyElementsOf(keys);
    }

    /** Scenario 48. */
    @Test
    void peerWithoutAllowedIpsShowsNone() {
        List<String> keys = publicKeys(2);
        List<String> many = IntStream.rangeClosed(1, 197)
                .mapToObj(i -> "abcd:" + Integer.toHexString(i) + "::/32")
                .toList();
        wg.configure("setconf", "[Interface]\n" + peer(keys.get(0), List.of()) + peer(keys.get(1), many));
        List<String> lines = wg.show("allowed-ips").lines().toList();
        assertThat(lines.get(0)).isEqualTo(keys.get(0) + "\t(none)");
        assertThat(lines.get(1).split("\\s+")).hasSize(198);
    }

    /** Scenario 49, by UAPI requests: not every version of {@code wg} can remove single allowed IPs. */
    @Test
    void singleAllowedIpsAreRemoved() {
        String key = hex(1);
        List<String> lines = new ArrayList<>(List.of("public_key=" + key));
        IntStream.rangeClosed(1, 197).forEach(i -> lines.add("allowed_ip=192.168." + i + ".0/24"));
        IntStream.rangeClosed(1, 197).forEach(i -> lines.add("allowed_ip=abcd:" + Integer.toHexString(i) + "::/32"));
        assertThat(Uapi.set(daemon.device(), lines.toArray(String[]::new))).isZero();
        assertThat(Uapi.set(
                        daemon.device(),
                        "public_key=" + key,
                        "allowed_ip=-192.168.3.0/24",
                        "allowed_ip=-192.168.1.0/24",
                        "allowed_ip=-192.168.197.0/24",
                        "allowed_ip=-abcd:1::/32",
                        "allowed_ip=-abcd:c5::/32",
                        "allowed_ip=-abcd:2a::/32"))
                .isZero();
        String answer = Uapi.get(daemon.device());
        assertThat(answer.lines().filter(line -> line.startsWith("allowed_ip=")))
                .hasSize(388);
        assertThat(answer)
                .doesNotContain("=192.168.3.0/24\n", "=192.168.1.0/24\n", "=192.168.197.0/24\n")
                .doesNotContain("=abcd:1::/32\n", "=abcd:c5::/32\n", "=abcd:2a::/32\n");
    }

    private static String hex(int lastByte) {
        return "0".repeat(62) + String.format("%02x", lastByte);
    }

    /** Scenario 50. */
    @Test
    void interfaceThatDoesNotExistIsAnError() {
        Command.of("wg", "show", "doesnotexist").run().expectFailure();
    }

    /** Scenarios 51 and 52. */
    @Test
    void keysReadBackAsSetAndAreRemoved() {
        Key own = Key.generate();
        Key preshared = Key.generate();
        String peer = publicKeys(1).getFirst();
        wg.set(
                "private-key",
                own.file().toString(),
                "peer",
                peer,
                "preshared-key",
                preshared.file().toString());
        assertThat(wg.show("private-key")).isEqualTo(own.secret());
        assertThat(wg.show("preshared-keys")).isEqualTo(peer + "\t" + preshared.secret());
        wg.set("private-key", "/dev/null", "peer", peer, "preshared-key", "/dev/null");
        assertThat(wg.show("private-key")).isEqualTo("(none)");
        assertThat(wg.show("preshared-keys")).isEqualTo(peer + "\t(none)");
    }

    /** Scenarios 53 to 55. */
    @Test
    void aDeviceIsNeverItsOwnPeer() {
        Key own = Key.generate();
        Key other = Key.generate();
        wg.set("peer", own.pub());
        wg.set("private-key", own.file().toString());
        assertThat(wg.peers()).as("the peer with the new public key is removed").isEmpty();
        wg.set("peer", own.pub(), "allowed-ips", "10.0.0.0/8");
        assertThat(wg.peers())
                .as("a peer with the device's own public key is ignored")
                .isEmpty();
        wg.set("private-key", other.file().toString());
        wg.set("peer", own.pub());
        assertThat(wg.peers()).containsExactly(own.pub());
    }

    /** Scenario 56. */
    @Test
    void privateKeyIsClamped() {
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 0xff);
        wg.set(
                "private-key",
                Key.of(Base64.getEncoder().encodeToString(ones)).file().toString());
        ones[0] = (byte) 0xf8;
        ones[31] = 0x7f;
        assertThat(wg.show("private-key")).isEqualTo(Base64.getEncoder().encodeToString(ones));
    }

    /** Scenarios 57 and 58. */
    @Test
    void allowedIpsAreReplaced() {
        String key = publicKeys(1).getFirst();
        wg.set("peer", key, "allowed-ips", "0.0.0.0/0,10.0.0.0/8,100.0.0.0/10,172.16.0.0/12,192.168.0.0/16");
        wg.set("peer", key, "allowed-ips", "0.0.0.0/0");
        assertThat(wg.show("allowed-ips")).isEqualTo(key + "\t0.0.0.0/0");
        wg.set("peer", key, "allowed-ips", "::/0,1700::/111,5000::/4,e000::/37,9000::/75");
        wg.set("peer", key, "allowed-ips", "::/0");
        assertThat(wg.show("allowed-ips")).isEqualTo(key + "\t::/0");
        wg.set("peer", key, "remove");
        assertThat(wg.peers()).isEmpty();
    }

    @Test
    void allowedIpMovesToThePeerThatClaimedItLast() {
        List<String> keys = publicKeys(2);
        wg.set("peer", keys.get(0), "allowed-ips", "10.1.2.3/8", "peer", keys.get(1), "allowed-ips", "10.0.0.0/8");
        assertThat(wg.show("allowed-ips").lines())
                .containsExactly(keys.get(0) + "\t(none)", keys.get(1) + "\t10.0.0.0/8");
    }

    @Test
    void syncconfChangesOnlyWhatDiffers() {
        List<String> keys = publicKeys(3);
        wg.configure(
                "setconf",
                "[Interface]\nListenPort=51998\n" + peer(keys.get(0), List.of("10.0.0.0/24"))
                        + peer(keys.get(1), List.of()));
        wg.configure(
                "syncconf",
                "[Interface]\nListenPort=51998\n" + peer(keys.get(0), List.of("10.0.1.0/24"))
                        + peer(keys.get(2), List.of()));
        assertThat(wg.peers()).containsExactlyInAnyOrder(keys.get(0), keys.get(2));
        assertThat(wg.show("allowed-ips")).contains(keys.get(0) + "\t10.0.1.0/24");
    }

    @Test
    void endpointsReadBackAsSet() {
        List<String> keys = publicKeys(3);
        wg.set("peer", keys.get(0), "endpoint", "192.0.2.1:65535", "peer", keys.get(1), "endpoint", "[2001:db8::1]:1");
        wg.set("peer", keys.get(2));
        assertThat(wg.show("endpoints").lines())
                .containsExactly(
                        keys.get(0) + "\t192.0.2.1:65535", keys.get(1) + "\t[2001:db8::1]:1", keys.get(2) + "\t(none)");
    }

    @Test
    void portZeroPicksAFreePort() {
        namespace.ip("link", "set", daemon.device(), "up");
        wg.set("listen-port", "0");
        assertThat(Eventually.holds(
                        Duration.ofMinutes(1), () -> !wg.show("listen-port").equals("0")))
                .isTrue();
    }
}
