package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.contender.Contenders;
import io.culvert.bench.endtoend.contender.Installer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be measured, and how thoroughly.
 *
 * @param contenders names of known contenders, in the order in which they are shown; empty for all
 * @param programs other WireGuard programs by name, with their command lines, in which {@code {ifname}} stands for the interface
 * @param tests names of tests, such as {@code tcp1}, {@code ping@ipv6}
 * @param rounds how often each is measured, at least once
 * @param seconds how long one measurement takes, at least one
 * @param warmUp for how many seconds each tunnel is used before it is measured
 * @param limit seconds after which no further round is begun that would end later; 0 for none
 * @param patient whether programs may be built that take minutes to build
 * @param cache where what was built is kept
 */
public record Plan(
        List<String> contenders,
        Map<String, String> programs,
        List<String> tests,
        int rounds,
        int seconds,
        int warmUp,
        int limit,
        boolean patient,
        Path cache) {
    private static final List<String> ALL_TESTS = List.of(
            "start",
            "ramp",
            "tcp1",
            "tcp1r",
            "tcp8",
            "tcp8r",
            "tcp8bidir",
            "udp1g",
            "udpmax-1360",
            "udpmax-200",
            "ping",
            "ping-loaded",
            "memory",
            "handshakes",
            "tcp1@ipv6",
            "ping@ipv6",
            "tcp1@mtu9000",
            "tcp8@mtu9000",
            "tcp1@peers100",
            "start@peers10000",
            "tcp1@peers10000");
    private static final List<String> QUICK_TESTS = List.of("start", "tcp1", "tcp8", "udp1g", "ping");
    private static final List<String> QUICK_CONTENDERS = List.of(
            "culvert",
            "wireguard-go-debian",
            "wireguard-go",
            "tailscale",
            "boringtun",
            "gotatun",
            "kernel-wireguard",
            "strongswan-aes",
            "openvpn-aes",
            "floor");
    /** Leaves two of ten minutes for building, and a little. */
    private static final int QUICK_LIMIT = 450;

    /** Copies its arguments; refuses numbers that are too small, and contenders and tests that there are not. */
    public Plan {
        if (rounds < 1 || seconds < 1 || warmUp < 0) {
            throw new IllegalArgumentException("rounds and seconds must be 1 or more, the warm-up 0 or more");
        }
        contenders = List.copyOf(contenders);
        programs = new LinkedHashMap<>(programs);
        tests = List.copyOf(tests);
        Contenders.of(contenders, programs);
        tests.forEach(Trial::of);
    }

    /** Everything; takes hours. */
    public static Plan thorough() {
        return new Plan(List.of(), Map.of(), ALL_TESTS, 3, 5, 8, 0, true, Installer.usualCache());
    }

    /** The most telling figures within minutes. */
    public static Plan quick() {
        return new Plan(QUICK_CONTENDERS, Map.of(), QUICK_TESTS, 2, 2, 6, QUICK_LIMIT, false, Installer.usualCache());
    }

    /** The same with these contenders: known ones, and programs by command line. */
    public Plan withContenders(List<String> names, Map<String, String> commands) {
        return new Plan(names, commands, tests, rounds, seconds, warmUp, limit, patient, cache);
    }

    /** The same with these tests. */
    public Plan withTests(List<String> names) {
        return new Plan(contenders, programs, names, rounds, seconds, warmUp, limit, patient, cache);
    }

    /** The same with these numbers; for each, 0 or less leaves it as it is. The warm-up is left as it is when below 0. */
    public Plan withNumbers(int newRounds, int newSeconds, int newWarmUp) {
        return new Plan(
                contenders,
                programs,
                tests,
                newRounds > 0 ? newRounds : rounds,
                newSeconds > 0 ? newSeconds : seconds,
                newWarmUp >= 0 ? newWarmUp : warmUp,
                limit,
                patient,
                cache);
    }
}
