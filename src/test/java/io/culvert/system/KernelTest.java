// SPDX-License-Identifier: Apache-2.0
package io.culvert.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Culvert against the kernel's own WireGuard, in virtual machines with kernels of Debian: system property
 * {@code culvert.kernels} names their releases, {@code culvert.kernel.groups} the groups of scenarios, which are the
 * scripts of {@code src/test/kernel/guest}. Each scenario is a test. A virtual machine leaves one of two processors to
 * the tests beside it.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("minutes of a processor")
@OnHost({"qemu-system-x86_64", "busybox", "cpio", "depmod", "xz", "gcc", "curl", "iperf3"})
class KernelTest {
    private static final Path SCRIPTS = Repository.root().resolve("src/test/kernel");
    private static final Path OUT = Repository.root().resolve("src/test/target/kernel");
    /** The kernels are kept: they are some 120 MB each, and do not change. */
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache/culvert/kernels");

    private static final List<String> RELEASES = list("culvert.kernels", "6.1");
    private static final List<String> GROUPS = list("culvert.kernel.groups", "tunnel,offloads");

    private static final Duration FETCH = Duration.ofMinutes(15);
    private static final Duration RUN = Duration.ofMinutes(20);

    private static List<String> list(String property, String standard) {
        return List.of(System.getProperty(property, standard).split(","));
    }

    @TestFactory
    Stream<DynamicNode> scenarios() {
        OUT.toFile().mkdirs();
        compile("flood", "flood.c");
        compile("mptcp.so", "mptcp.c", "-shared", "-fPIC");
        return RELEASES.stream().map(release -> dynamicContainer("Linux " + release, inGuest(release)));
    }

    private static void compile(String program, String source, String... options) {
        List<String> words = new ArrayList<>(List.of("gcc", "-O2", "-Wall", "-Werror"));
        words.addAll(List.of(options));
        words.addAll(List.of(
                "-o", OUT.resolve(program).toString(), SCRIPTS.resolve(source).toString()));
        Command.output(words.toArray(String[]::new));
    }

    private static Stream<DynamicNode> inGuest(String release) {
        Command.Result fetched = Command.of(SCRIPTS + "/fetch.sh", CACHE.toString(), release)
                .limit(FETCH)
                .run();
        if (fetched.exit() != 0) {
            return Stream.of(dynamicTest("starts", () -> Assumptions.abort("no kernel: " + fetched.allOutput())));
        }
        List<String> words = new ArrayList<>(
                List.of(SCRIPTS + "/boot.sh", CACHE.resolve(release).toString(), SCRIPTS + "/guest/run.sh"));
        words.addAll(GROUPS);
        Command.Result ran = Command.of(words.toArray(String[]::new))
                .environment("JAVA_HOME", System.getProperty("java.home"))
                .limit(RUN)
                .run();
        Unchecked.call(() -> Files.writeString(OUT.resolve(release + ".log"), ran.allOutput()));
        List<String> lines = ran.output().lines().toList();
        return Stream.concat(
                lines.stream().filter(KernelTest::isResult).map(line -> scenario(line, ran.output())),
                Stream.of(dynamicTest(
                        "the guest ends in order",
                        () -> assertThat(ran.exit())
                                .as(ran.allOutput())
                                .isEqualTo(lines.stream().anyMatch(line -> line.startsWith("FAIL ")) ? 1 : 0))));
    }

    private static boolean isResult(String line) {
        return line.startsWith("PASS ") || line.startsWith("FAIL ") || line.startsWith("SKIP ");
    }

    private static DynamicTest scenario(String line, String output) {
        String name = line.substring("PASS ".length());
        return dynamicTest(name, () -> {
            Assumptions.assumeFalse(line.startsWith("SKIP "), name);
            assertThat(line).as(output).startsWith("PASS ");
        });
    }
}
