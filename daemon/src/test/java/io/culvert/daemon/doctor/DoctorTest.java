// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.culvert.engine.linux.Offload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each outcome of each check of the machine. */
class DoctorTest {
    private static List<Finding> findings(FakeHost host) {
        List<Finding> findings = new ArrayList<>(SystemChecks.of(host));
        findings.addAll(TunnelChecks.of(host));
        findings.addAll(CipherChecks.of(host));
        findings.addAll(NetworkChecks.of(host));
        return findings;
    }

    /** A change of the machine, and what the doctor says of it. */
    private record Case(String name, State state, String found, Consumer<FakeHost> change) {
        DynamicTest test() {
            return DynamicTest.dynamicTest(name + ": " + state + " " + found, () -> {
                FakeHost host = new FakeHost();
                change.accept(host);
                assertThat(findings(host))
                        .filteredOn(finding -> finding.name().equals(name))
                        .singleElement()
                        .satisfies(finding -> {
                            assertThat(finding.state()).isEqualTo(state);
                            assertThat(finding.found()).contains(found);
                            boolean bad = state == State.WARN || state == State.FAIL;
                            assertThat(finding.cost().isEmpty()).isEqualTo(!bad);
                            assertThat(finding.remedy().isEmpty() && bad).isFalse();
                        });
            });
        }
    }

    private static Case of(String name, State state, String found, Consumer<FakeHost> change) {
        return new Case(name, state, found, change);
    }

    private static Case file(String name, State state, String file, String content) {
        return of(name, state, "", host -> host.files.put(file, content));
    }

    private static Case missing(String name, State state, String file) {
        return of(name, state, "", host -> host.files.remove(file));
    }

    private static void user(FakeHost host) {
        host.root = false;
        host.files.put("/proc/self/status", "CapEff:\t0000000000000000");
    }

    @Test
    void whereAllIsWellNothingElseIsSaid() {
        assertThat(findings(new FakeHost()))
                .allSatisfy(finding -> assertThat(finding.state()).isEqualTo(State.OK))
                .hasSizeGreaterThan(35);
        assertThat(new Report(findings(new FakeHost())).exitStatus()).isZero();
    }

    @TestFactory
    Stream<DynamicTest> system() {
        String capabilities = "/proc/self/status";
        String limits = "/proc/self/limits";
        return Stream.of(
                        of("kernel", State.OK, "6.1.0", host -> host.kernel = "6.1.0-18-amd64"),
                        of("kernel", State.OK, "7.2", host -> host.kernel = "7.2"),
                        of("kernel", State.FAIL, "older than 6.1", host -> host.kernel = "5.15.0"),
                        of("kernel", State.FAIL, "older than 6.1", host -> host.kernel = "6.0.19"),
                        of("kernel bug", State.WARN, "corrupts", host -> host.kernel = "7.1.4"),
                        of("kernel bug", State.WARN, "before 6.8.5", host -> host.kernel = "6.8.4"),
                        of("architecture", State.FAIL, "riscv64", host -> host.architecture = "riscv64"),
                        of("architecture", State.WARN, "arm64", host -> host.architecture = "aarch64"),
                        of("CPU", State.OK, "arm64", host -> host.architecture = "aarch64"),
                        of("memory", State.FAIL, "191 MiB", host -> host.memory = 191),
                        of("memory", State.WARN, "192 MiB", host -> host.memory = 192),
                        of("memory", State.OK, "448 MiB", host -> host.memory = 448),
                        file("huge pages", State.WARN, "/sys/kernel/mm/transparent_hugepage/enabled", "always [never]"),
                        missing("huge pages", State.WARN, "/sys/kernel/mm/transparent_hugepage/enabled"),
                        of("clock", State.WARN, "not synchronized", host -> host.clock = Optional.of(false)),
                        of("clock", State.UNKNOWN, "does not say", host -> host.clock = Optional.empty()),
                        of("CAP_NET_ADMIN", State.UNKNOWN, "this user", DoctorTest::user),
                        file("CAP_NET_ADMIN", State.FAIL, capabilities, "CapEff:\t00000000a80425fb"),
                        of("CAP_SYS_ADMIN", State.UNKNOWN, "this user", DoctorTest::user),
                        file("CAP_SYS_ADMIN", State.WARN, capabilities, "CapEff:\t0000000000001000"),
                        file("CAP_NET_BIND_SERVICE", State.WARN, capabilities, "CapEff:\t0000000000001000"),
                        file("locked memory", State.WARN, limits, "Max locked memory  65536  65536  bytes"),
                        file("locked memory", State.OK, limits, "Max locked memory  unlimited  unlimited  bytes"),
                        missing("locked memory", State.UNKNOWN, limits))
                .map(Case::test);
    }

    @TestFactory
    Stream<DynamicTest> tunnel() {
        Stream<Case> offloads = Stream.of(Offload.values())
                .map(offload -> of(offload.word(), State.WARN, "off: why", host -> host.offLoads.put(offload, "why")));
        Consumer<FakeHost> noInterface = host -> host.noInterface = new IOException("no permission");
        return Stream.concat(
                        offloads,
                        Stream.of(
                                of("liburing", State.WARN, "no lib", host -> host.liburing = Optional.of("no lib")),
                                of("io_uring", State.WARN, "io_uring_disabled=2", host -> {
                                    host.ioUring = Optional.of("forbidden");
                                    host.files.put("/proc/sys/kernel/io_uring_disabled", "2");
                                }),
                                of(
                                        "io_uring",
                                        State.OK,
                                        "seccomp filter",
                                        host -> host.files.put(
                                                "/proc/self/status", "CapEff:\t000001ffffffffff\nSeccomp:\t2")),
                                missing("/dev/net/tun", State.FAIL, "/dev/net/tun"),
                                of(
                                        "/dev/net/tun",
                                        State.FAIL,
                                        "no permission",
                                        host -> host.inaccessible.add("/dev/net/tun")),
                                of("/dev/net/tun", State.UNKNOWN, "no permission", host -> {
                                    user(host);
                                    host.inaccessible.add("/dev/net/tun");
                                }),
                                missing("archived classes", State.WARN, "/proc/self/maps"),
                                of("test interface", State.FAIL, "no permission", noInterface),
                                of(
                                        "test interface",
                                        State.UNKNOWN,
                                        "no permission",
                                        noInterface.andThen(DoctorTest::user)),
                                of("udp-gro", State.OK, "on", noInterface),
                                of(
                                        "udp-gso",
                                        State.WARN,
                                        "refused",
                                        noInterface.andThen(
                                                host -> host.udp = List.of(Optional.of("refused"), Optional.empty()))),
                                of(
                                        "udp-gso",
                                        State.WARN,
                                        "7.0 to 7.1.4",
                                        noInterface.andThen(host -> host.kernel = "7.0.1"))))
                .map(Case::test);
    }

    @TestFactory
    Stream<DynamicTest> cipherAndJvm() {
        return Stream.of(
                        file("CPU", State.OK, "/proc/cpuinfo", "flags : sse2 avx2"),
                        file("CPU", State.WARN, "/proc/cpuinfo", "flags : sse2"),
                        missing("CPU", State.WARN, "/proc/cpuinfo"),
                        of("AEAD", State.OK, "vector-512, 1.6 times", host -> {}),
                        of(
                                "AEAD",
                                State.WARN,
                                "openssl serves: no module",
                                host -> host.cipher = new Host.Cipher("openssl", 1, Optional.of("no module"))),
                        missing("libcrypto", State.WARN, "/usr/lib/x86_64-linux-gnu/libcrypto.so.3"),
                        of("JDK", State.FAIL, "release 24", host -> host.java = 24),
                        of("options", State.WARN, "-XX:+UseSerialGC is missing", host -> host.options.clear()),
                        of(
                                "CULVERT_JAVA_OPTS",
                                State.WARN,
                                "-Xint",
                                host -> host.environment.put("CULVERT_JAVA_OPTS", "-Xint")))
                .map(Case::test);
    }

    @TestFactory
    Stream<DynamicTest> network() {
        String ipv6 = "0".repeat(32) + " 00 " + "0".repeat(32) + " 00 " + "0".repeat(32) + " 1 1 0 3 ";
        Consumer<FakeHost> off = host -> host.features.put("rx-gro", new Host.CardFeature(false, true));
        return Stream.of(
                        file("net.ipv4.ip_forward", State.OK, "/proc/sys/net/ipv4/ip_forward", "1"),
                        of("net.ipv4.ip_forward", State.OK, "off: a gateway", host -> {}),
                        of("net.core.rmem_max", State.WARN, "212992", DoctorTest::user),
                        of("net.core.wmem_max", State.OK, "99999999", host -> {
                            user(host);
                            host.files.put("/proc/sys/net/core/wmem_max", "99999999");
                        }),
                        missing("net.core.rmem_max", State.UNKNOWN, "/proc/sys/net/core/rmem_max"),
                        file("net.core.netdev_budget", State.WARN, "/proc/sys/net/core/netdev_budget", "64"),
                        missing("net.core.netdev_budget", State.UNKNOWN, "/proc/sys/net/core/netdev_budget"),
                        file("net.core.netdev_max_backlog", State.WARN, "/proc/sys/net/core/netdev_max_backlog", "100"),
                        of(
                                "net.ipv4.conf.all.rp_filter",
                                State.WARN,
                                "strict",
                                host -> host.files.put("/proc/sys/net/ipv4/conf/all/rp_filter", "1")),
                        of("net.ipv4.conf.all.rp_filter", State.OK, "src_valid_mark", host -> {
                            host.files.put("/proc/sys/net/ipv4/conf/all/rp_filter", "1");
                            host.files.put("/proc/sys/net/ipv4/conf/all/src_valid_mark", "1");
                        }),
                        missing("IPv6", State.WARN, "/proc/net/if_inet6"),
                        file("MTU", State.OK, "/proc/net/ipv6_route", ipv6 + "lo\n" + ipv6 + "eth0"),
                        missing("MTU", State.OK, "/sys/class/net/eth0/mtu"),
                        file("txqueuelen", State.WARN, "/sys/class/net/eth0/tx_queue_len", "100"),
                        file("txqueuelen", State.OK, "/sys/class/net/eth0/tx_queue_len", "0"),
                        of("rx-gro", State.WARN, "off", off),
                        of(
                                "tx-udp-segmentation",
                                State.OK,
                                "the driver has no switch",
                                host -> host.features.put("tx-udp-segmentation", new Host.CardFeature(false, false))),
                        of("card features", State.UNKNOWN, "does not say", host -> host.features.clear()),
                        of("wg", State.WARN, "not installed", host -> host.programs.remove("wg")),
                        of("nft or iptables", State.WARN, "not installed", host -> host.programs.remove("nft")),
                        of("nft or iptables", State.OK, "/usr/bin/iptables", host -> {
                            host.programs.remove("nft");
                            host.programs.add("iptables");
                        }))
                .map(Case::test);
    }

    @Test
    void uplinksAreThoseOfDefaultRoutes() {
        FakeHost host = new FakeHost();
        String any = "0".repeat(32);
        host.files.put(
                "/proc/net/ipv6_route",
                any + " 00 " + any + " 00 " + any + " 1 1 0 3 wlan0\n" + "20010db8" + "0".repeat(24) + " 20 " + any
                        + " 00 " + any + " 1 1 0 3 eth1");
        assertThat(NetworkChecks.uplinks(host)).containsExactly("eth0", "wlan0");
        host.files.remove("/proc/net/route");
        host.files.remove("/proc/net/ipv6_route");
        assertThat(NetworkChecks.uplinks(host)).isEmpty();
    }

    @Test
    void theWorstFindingGivesTheExitStatus() {
        Finding ok = Finding.ok("a", "x", "fine");
        Finding unknown = Finding.unknown("a", "y", "not visible", "run as root");
        Finding warn = Finding.warn("b", "z", "slow", "time", "wait");
        Finding fail = Finding.fail("b", "w", "gone\u001b[2J", "all", "get one");
        assertThat(new Report(List.of(ok, unknown)).exitStatus()).isZero();
        assertThat(new Report(List.of(warn, ok)).exitStatus()).isEqualTo(1);
        assertThat(new Report(List.of(fail, warn)).exitStatus()).isEqualTo(2);
        Report report = new Report(List.of(ok, unknown, warn, fail));
        assertThat(report.text()).isEqualTo("""
                a
                  ok       x  fine
                  unknown  y  not visible
                         to mend it: run as root

                b
                  warn     z  slow
                         costs: time
                         to mend it: wait
                  fail     w  gone?[2J
                         costs: all
                         to mend it: get one

                1 ok, 1 unknown, 1 warn, 1 fail
                """);
        JsonObject json = JsonParser.parseString(report.json()).getAsJsonObject();
        assertThat(json.get("status").getAsInt()).isEqualTo(2);
        assertThat(json.getAsJsonArray("findings").get(2))
                .hasToString("{\"area\":\"b\",\"name\":\"z\",\"state\":\"warn\",\"found\":\"slow\","
                        + "\"cost\":\"time\",\"remedy\":\"wait\"}");
    }
}
