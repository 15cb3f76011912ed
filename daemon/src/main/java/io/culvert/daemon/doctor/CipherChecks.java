// SPDX-License-Identifier: Apache-2.0
package io.culvert.daemon.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The CPU, the cipher that would serve, and the JVM. */
final class CipherChecks {
    private static final String CIPHER = "cipher";
    private static final String JVM = "JVM";
    private static final String CLASS_DATA = "culvert.jsa";
    private static final int JAVA = 25;
    /** Options that the launcher gives every daemon, and that are part of its speed. */
    private static final List<String> OPTIONS =
            List.of("-XX:+UseSerialGC", "-XX:CompilerDirectivesFile=", "-XX:FreqInlineSize=");

    private static final List<String> LIBRARIES =
            List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib");

    private CipherChecks() {}

    static List<Finding> of(Host host) {
        List<Finding> findings = new ArrayList<>();
        findings.add(width(host));
        findings.add(serving(host));
        findings.add(openssl(host));
        findings.add(java(host));
        findings.add(options(host));
        findings.add(classData(host));
        host.environment("CULVERT_JAVA_OPTS")
                .ifPresent(options -> findings.add(Finding.warn(
                        JVM,
                        "CULVERT_JAVA_OPTS",
                        options,
                        "may undo what the launcher sets for speed",
                        "unset it unless you need it")));
        return findings;
    }

    private static Finding width(Host host) {
        if (host.architecture().equals("aarch64")) {
            return Finding.ok(CIPHER, "CPU", "arm64, for which OpenSSL has code of its own");
        }
        String flags = " " + host.read("/proc/cpuinfo").orElse("").replaceAll("\\s+", " ") + " ";
        String widest = flags.contains(" avx512f ") ? "AVX-512" : flags.contains(" avx2 ") ? "AVX2" : "";
        if (widest.isEmpty()) {
            return Finding.warn(
                    CIPHER,
                    "CPU",
                    "has neither AVX2 nor AVX-512",
                    "OpenSSL serves in place of the vector kernels",
                    "in a virtual machine, pass the host's CPU model on");
        }
        return Finding.ok(CIPHER, "CPU", widest);
    }

    private static Finding serving(Host host) {
        Host.Cipher cipher = host.cipher();
        String name = "AEAD";
        if (cipher.implementation().startsWith("vector-")) {
            String times = String.format(Locale.ROOT, "%.1f", cipher.timesFirst());
            return Finding.ok(CIPHER, name, cipher.implementation() + ", " + times + " times as fast as the first one");
        }
        if (host.architecture().equals("aarch64") && cipher.implementation().equals("openssl")) {
            return Finding.ok(CIPHER, name, "openssl");
        }
        String why = cipher.kernelsUnavailable().map(reason -> ": " + reason).orElse("");
        return Finding.warn(
                CIPHER,
                name,
                cipher.implementation() + " serves" + why,
                "more CPU for each byte than the vector kernels take",
                "see the lines around; CULVERT_AEAD forces an implementation");
    }

    private static Finding openssl(Host host) {
        for (String directory : LIBRARIES) {
            String file = directory + "/libcrypto.so.3";
            if (host.exists(file)) {
                return Finding.ok(CIPHER, "libcrypto", file);
            }
        }
        return Finding.warn(
                CIPHER,
                "libcrypto",
                "libcrypto.so.3 is not in the usual places",
                "JCE serves at first, with half the speed and garbage",
                "install OpenSSL 3 (Debian: libssl3)");
    }

    private static Finding java(Host host) {
        int release = host.javaRelease();
        return release >= JAVA
                ? Finding.ok(JVM, "JDK", "release " + release)
                : Finding.fail(
                        JVM,
                        "JDK",
                        "release " + release,
                        "Culvert does not start",
                        "install JDK " + JAVA + " or later");
    }

    private static Finding options(Host host) {
        List<String> given = host.jvmOptions();
        Optional<String> missing = OPTIONS.stream()
                .filter(option -> given.stream().noneMatch(one -> one.startsWith(option)))
                .findFirst();
        return missing.map(option -> Finding.warn(
                        JVM,
                        "options",
                        option + " is missing",
                        "slower code for the data path",
                        "start Culvert by its launcher"))
                .orElseGet(() -> Finding.ok(JVM, "options", "those of the launcher"));
    }

    private static Finding classData(Host host) {
        String name = "archived classes";
        return host.read("/proc/self/maps")
                        .filter(maps -> maps.contains(CLASS_DATA))
                        .isPresent()
                ? Finding.ok(JVM, name, "in use")
                : Finding.warn(
                        JVM,
                        name,
                        "not in use: there are none that fit the jars and the Java runtime",
                        "a start takes half a second longer",
                        "run bin/culvert build in a source tree, or bin/class-data in an installation");
    }
}
