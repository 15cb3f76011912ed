// SPDX-License-Identifier: Apache-2.0
package io.culvert.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.culvert.natives.generated.linux_h;
import io.culvert.natives.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace that the calling thread, and the threads it starts, are in until it is closed. The drivers in
 * {@code daemon.testbed} belong to a module that depends on this one, so tests of the engine cannot use them.
 */
public final class TestNamespace implements AutoCloseable {
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final String name = "culvert-test-" + ProcessHandle.current().pid() + "-" + NEXT.getAndIncrement();
    private final int before;

    /** Creates the namespace and enters it, or skips the test with the reason. */
    public TestNamespace() {
        assumeTrue(Linux.geteuid() == 0, "needs root to create network namespaces");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        assumeTrue(
                run(List.of("ip", "netns", "add", name)),
                "needs the program ip and permission to create network namespaces");
        try {
            before = Linux.open("/proc/thread-self/ns/net", linux_h.O_RDONLY);
            enter();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        ip("link set lo up");
    }

    /** Moves the calling thread into the namespace. */
    public void enter() throws IOException {
        int file = Linux.open("/run/netns/" + name, linux_h.O_RDONLY);
        Linux.setns(file, linux_h.CLONE_NEWNET);
        Linux.close(file);
    }

    /** Its name, for {@code ip netns exec}. */
    public String name() {
        return name;
    }

    /** Runs {@code ip} in the namespace; it must succeed. */
    public void ip(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments.split(" ")));
        assertThat(run(command)).as(String.join(" ", command)).isTrue();
    }

    /** The output of {@code ip} in the namespace. */
    public String output(String arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static boolean run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        Linux.setns(before, linux_h.CLONE_NEWNET);
        Linux.close(before);
        run(List.of("ip", "netns", "del", name));
    }
}
