// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import io.culvert.engine.linux.Offload;
import io.culvert.engine.linux.OffloadState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A machine on which all is well until a test changes it. */
final class FakeHost implements Host {
    final Map<String, String> files = new HashMap<>(Map.of(
            "/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\nSeccomp:\t0",
            "/proc/self/limits", "Limit\nMax locked memory         8388608              8388608              bytes",
            "/proc/cpuinfo", "flags\t\t: fpu avx2 avx512f",
            "/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never",
            "/proc/net/if_inet6", "",
            "/proc/net/route", "Iface\tDestination\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0",
            "/sys/class/net/eth0/mtu", "1500",
            "/sys/class/net/eth0/tx_queue_len", "1000",
            "/dev/net/tun", "",
            "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", ""));
    final Set<String> inaccessible = new HashSet<>();
    final Set<String> programs = new HashSet<>(Set.of("wg", "wg-quick", "nft", "ip"));
    final Map<Offload, String> offLoads = new HashMap<>();
    final Map<String, CardFeature> features = new HashMap<>(Map.of("rx-gro", new CardFeature(true, true)));
    final Map<String, String> environment = new HashMap<>();
    final List<String> options =
            new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:CompilerDirectivesFile=/x", "-XX:FreqInlineSize=100"));
    final Map<String, Route> routes = new HashMap<>();
    String kernel = "6.12.5";
    String architecture = "amd64";
    boolean root = true;
    long memory = 4000;
    Optional<Boolean> clock = Optional.of(true);
    int java = 25;
    Optional<String> ioUring = Optional.empty();
    Optional<String> liburing = Optional.empty();
    Cipher cipher = new Cipher("vector-512", 1.62, Optional.empty());
    IOException noInterface;
    List<Optional<String>> udp = List.of(Optional.empty(), Optional.empty());

    FakeHost() {
        for (String sysctl : new String[] {"net/core/rmem_max", "net/core/wmem_max"}) {
            files.put("/proc/sys/" + sysctl, "212992");
        }
        files.put("/proc/self/maps", "8000000 r--p 0 00:1 1 /usr/lib/culvert/lib/culvert.jsa");
        files.put("/proc/sys/net/core/netdev_budget", "300");
        files.put("/proc/sys/net/core/netdev_max_backlog", "1000");
    }

    @Override
    public Optional<String> read(String file) {
        return Optional.ofNullable(files.get(file));
    }

    @Override
    public boolean exists(String file) {
        return files.containsKey(file);
    }

    @Override
    public boolean isAccessible(String file) {
        return !inaccessible.contains(file);
    }

    @Override
    public Optional<String> program(String name) {
        return programs.contains(name) ? Optional.of("/usr/bin/" + name) : Optional.empty();
    }

    @Override
    public String kernel() {
        return kernel;
    }

    @Override
    public String architecture() {
        return architecture;
    }

    @Override
    public boolean isRoot() {
        return root;
    }

    @Override
    public long memoryMebibytes() {
        return memory;
    }

    @Override
    public Optional<Boolean> isClockSynchronized() {
        return clock;
    }

    @Override
    public Optional<String> environment(String variable) {
        return Optional.ofNullable(environment.get(variable));
    }

    @Override
    public List<String> jvmOptions() {
        return options;
    }

    @Override
    public int javaRelease() {
        return java;
    }

    @Override
    public Optional<String> ioUringUnavailable() {
        return ioUring;
    }

    @Override
    public Optional<String> liburingUnavailable() {
        return liburing;
    }

    @Override
    public Cipher cipher() {
        return cipher;
    }

    @Override
    public List<OffloadState> offloads() throws IOException {
        if (noInterface != null) {
            throw noInterface;
        }
        return Stream.of(Offload.values())
                .map(offload -> new OffloadState(offload, Optional.ofNullable(offLoads.get(offload))))
                .toList();
    }

    @Override
    public List<Optional<String>> udpOffloadsUnavailable() {
        return udp;
    }

    @Override
    public Map<String, CardFeature> cardFeatures(String link) throws IOException {
        if (features.isEmpty()) {
            throw new IOException("interface " + link + " does not say");
        }
        return features;
    }

    @Override
    public Route route(InetSocketAddress endpoint) throws IOException {
        Route route = routes.get(endpoint.getAddress().getHostAddress());
        if (route == null) {
            throw new IOException("Network is unreachable");
        }
        return route;
    }
}
