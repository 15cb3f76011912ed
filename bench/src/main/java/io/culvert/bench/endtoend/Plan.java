// SPDX-License-Identifier: Apache-2.0
package io.culvert.bench.endtoend;

import io.culvert.bench.endtoend.implementation.Implementations;
import io.culvert.bench.endtoend.implementation.Installer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The implementations and tests of a run, and its durations.
 *
 * @param implementations names of known implementations in display order; empty for all
 * @param programs command lines of other WireGuard programs by name; {@code {ifname}} stands for the interface
 * @param tests names of tests, such as {@code tcp1}, {@code ping@ipv6}
 * @param rounds at least 1
 * @param seconds of one measurement, at least 1
 * @param warmUp seconds of traffic through each tunnel before its measurements
 * @param limit seconds within which the last round must end; 0 for none
 * @param buildsSlowly whether to build programs that take minutes to build
 * @param cache the directory of built programs
 */
public record Plan(
        List<String> implementations,
        Map<String, String> programs,
        List<String> tests,
        int rounds,
        int seconds,
        int warmUp,
        int limit,
        boolean buildsSlowly,
        Path cache) {
    private static final List<String> QUICK_TESTS = List.of("start", "tcp1", "tcp8", "udp1g", "ping");
    private static final List<String> QUICK_IMPLEMENTATIONS = List.of(
            "culvert",
            "wireguard-go-debian",
            "wireguard-go",
            "tailscale",
            "boringtun",
            "gotatun",
            "kernel-wireguard",
            "strongswan-aes",
            "openvpn-aes",
            "no-crypto");
    /** Of ten minutes, two are for building programs. */
    private static final int QUICK_LIMIT = 450;

    /** Copies its arguments; rejects numbers that are too small, and unknown implementations and tests. */
    public Plan {
        if (rounds < 1 || seconds < 1 || warmUp < 0) {
            throw new IllegalArgumentException(
                    "expected rounds >= 1, seconds >= 1, warm-up >= 0; got " + rounds + ", " + seconds + ", " + warmUp);
        }
        implementations = List.copyOf(implementations);
        programs = new LinkedHashMap<>(programs);
        tests = List.copyOf(tests);
        Implementations.of(implementations, programs);
        tests.forEach(Trial::of);
    }

    /** All implementations between the tunnel's own ends; takes hours. */
    public static Plan thorough() {
        return new Plan(List.of(), Map.of(), Suite.ENDS.tests(), 3, 5, 8, 0, true, Installer.defaultCache());
    }

    /** A few implementations and tests; takes minutes. */
    public static Plan quick() {
        return new Plan(
                QUICK_IMPLEMENTATIONS, Map.of(), QUICK_TESTS, 2, 2, 6, QUICK_LIMIT, false, Installer.defaultCache());
    }

    /** This plan with other implementations: known ones by name, and programs by command line. */
    public Plan withImplementations(List<String> names, Map<String, String> commands) {
        return new Plan(names, commands, tests, rounds, seconds, warmUp, limit, buildsSlowly, cache);
    }

    /** This plan with the tests of suites. */
    public Plan withSuites(List<Suite> suites) {
        return withTests(
                suites.stream().flatMap(suite -> suite.tests().stream()).toList());
    }

    /** This plan with other tests. */
    public Plan withTests(List<String> names) {
        return new Plan(implementations, programs, names, rounds, seconds, warmUp, limit, buildsSlowly, cache);
    }

    /** This plan with other numbers. Rounds and seconds of 0 or less, and a warm-up below 0, keep the present value. */
    public Plan withNumbers(int newRounds, int newSeconds, int newWarmUp) {
        return new Plan(
                implementations,
                programs,
                tests,
                newRounds > 0 ? newRounds : rounds,
                newSeconds > 0 ? newSeconds : seconds,
                newWarmUp >= 0 ? newWarmUp : warmUp,
                limit,
                buildsSlowly,
                cache);
    }
}
